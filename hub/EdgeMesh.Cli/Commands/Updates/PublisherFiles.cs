using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Security;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Cli.Commands.Updates;

/// <summary>The files of a publisher: keys, manifests, chains; read without a hub.</summary>
internal static class PublisherFiles
{
    private const int PemBytesMax = 8192;

    internal static Result<Ed25519Key> PrivateKey(string path) => Read(path, PemBytesMax, Ed25519Key.FromPem);

    internal static Result<byte[]> PublicKey(string path) => Read(path, PemBytesMax, Ed25519Key.PublicKeyFromPem);

    internal static Result<SignedManifest> Manifest(string path) => Read(path, SignedManifest.FileBytesMax, SignedManifest.FromJson);

    /// <summary>The statements of a chain's file, the last of which must be for a key; none where no file is named.</summary>
    internal static Result<string[]> Chain(string? path, byte[] last)
    {
        if (path is null)
        {
            return Array.Empty<string>();
        }

        Result<string> json = Read(path, SignedManifest.FileBytesMax);
        if (!json.IsOk)
        {
            return json.Error!;
        }

        string[] keys;
        try
        {
            keys = JsonSerializer.Deserialize<ChainFile>(json.Value, JsonSerializerOptions.Web)?.Keys ?? [];
        }
        catch (JsonException problem)
        {
            return Arguments.Invalid($"{path} is no chain of keys: {problem.Message}");
        }

        string problemOfLast = "it is empty";
        KeyStatement? statement = keys.Length == 0 || keys.Any(k => k is null) ? null : KeyStatement.Read(keys[^1], out problemOfLast);
        return statement is null ? Arguments.Invalid($"{path} is no chain of keys: {problemOfLast}; make one with `edgemesh keys rotate`.")
            : statement.Key == Hex.Encode(last) ? keys
            : Arguments.Invalid($"{path} leads to the key {statement.Key}, not to {Hex.Encode(last)}; name the chain that ends with the key at hand.");
    }

    internal static string ToJson(string[] chain) => JsonSerializer.Serialize(new ChainFile(chain), JsonSerializerOptions.Web) + "\n";

    /// <summary>A time to come, in seconds since 1970-01-01 UTC: a duration (90d) or a day (2031-12-31), which ends with it.</summary>
    internal static long? ParseExpiry(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime day))
        {
            return new DateTimeOffset(day).AddDays(1).ToUnixTimeSeconds() - 1;
        }

        int unitSeconds = Duration.UnitSeconds(text);
        if (unitSeconds > 0 && long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number is > 0 and <= 10_000_000)
        {
            return NowSeconds + (number * unitSeconds);
        }

        result.AddError($"\"{text}\" is no time to come: give a day such as 2031-12-31, or a number and s, m, h or d, such as 365d");
        return null;
    }

    internal static long NowSeconds => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    internal static Option<string> Kinds() => new("--kinds")
    {
        Description = $"What the key may sign, with commas between: {ImageKinds.MicroPythonApp}, {ImageKinds.NanoApp}, {ImageKinds.Esp32Image}.", HelpName = "A,B", Required = true,
    };

    internal static Option<string?> ChainOption() => new("--chain") { Description = "The chain that leads to the key from older ones, as `edgemesh keys rotate` wrote it.", HelpName = "FILE" };

    private static Result<T> Read<T>(string path, int bytesMax, Func<string, Result<T>> parse)
    {
        Result<string> text = Read(path, bytesMax);
        return text.IsOk ? parse(text.Value) : text.Error!;
    }

    // Refused by its size before it is read.
    private static Result<string> Read(string path, int bytesMax)
    {
        try
        {
            FileInfo file = new(path);
            return file.Length <= bytesMax ? TextFile.Read(path) : Arguments.Invalid($"{path} has {file.Length} bytes; what is wanted there has at most {bytesMax}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Arguments.Invalid($"{path} cannot be read: {failure.Message}");
        }
    }

    private sealed record ChainFile(string[] Keys);
}
