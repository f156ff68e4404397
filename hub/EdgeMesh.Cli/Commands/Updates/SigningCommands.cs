using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Security;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Publishing;
using Command = System.CommandLine.Command;

namespace EdgeMesh.Cli.Commands.Updates;

/// <summary><c>edgemesh firmware sign</c> and <c>verify</c>: a publisher's work, which needs no hub.</summary>
internal static class SigningCommands
{
    internal static Command Sign(GlobalOptions options)
    {
        Argument<string> image = new("IMAGE") { Description = "The image." };
        Option<string> key = new("--key") { Description = "The publisher's private key in PEM.", HelpName = "KEY.pem", Required = true };
        Option<string> id = new("--id") { Description = $"The firmware's id: {Names.Grammar}.", HelpName = "ID", Required = true };
        Option<string> version = new("--version") { Description = "Its version, such as 1.4.0.", HelpName = "VERSION", Required = true };
        Option<string> type = new("--type") { Description = "The type of device it is for.", HelpName = "TYPE", Required = true };
        Option<string> kind = new("--kind") { Description = $"{ImageKinds.MicroPythonApp}, {ImageKinds.NanoApp} or {ImageKinds.Esp32Image}.", HelpName = "KIND", Required = true };
        Option<string?> requires = new("--requires") { Description = "Capabilities that the device must have, with commas between.", HelpName = "A,B" };
        Option<long?> sequence = new("--sequence") { Description = "The manifest's sequence; by default the seconds since 1970, or one above --above where that is more.", HelpName = "N" };
        Option<long> above = new("--above") { Description = "A sequence that the new one must be above, such as the highest a device confirmed.", HelpName = "N" };
        Option<long?> expires = new("--expires") { Description = "When the manifest may no longer be used: 365d, or the day 2031-12-31 (UTC). By default never.", HelpName = "WHEN", CustomParser = PublisherFiles.ParseExpiry };
        Option<string?> chain = PublisherFiles.ChainOption();
        Option<string> file = new("--out") { Description = "The manifest's file; it is not overwritten.", HelpName = "FILE", Required = true };
        Command sign = new("sign", "Makes an image's manifest and signs it. Needs no hub.") { image, key, id, version, type, kind, requires, sequence, above, expires, chain, file };
        sign.SetAction(parsed =>
        {
            Output output = options.OutputOf(parsed);
            string? needs = parsed.GetValue(requires);
            FirmwareDescription description = new(
                parsed.GetValue(id)!, parsed.GetValue(version)!, parsed.GetValue(type)!, parsed.GetValue(kind)!, string.IsNullOrEmpty(needs) ? null : needs.Split(','));
            long now = PublisherFiles.NowSeconds;
            long number = parsed.GetValue(sequence) ?? Math.Max(now, parsed.GetValue(above) + 1);
            if (description.Problem() is Error problem)
            {
                return output.Fail(problem);
            }

            if (number <= parsed.GetValue(above) || number < 1)
            {
                return output.Fail(Arguments.Invalid($"The sequence {number} is not above {parsed.GetValue(above)}; leave --sequence out."));
            }

            Result<Ed25519Key> secret = PublisherFiles.PrivateKey(parsed.GetValue(key)!);
            Result<(long Size, string Sha256)> content = Hash(parsed.GetValue(image)!);
            if (!secret.IsOk || !content.IsOk)
            {
                return output.Fail(secret.Error ?? content.Error!);
            }

            Result<string[]> keys = PublisherFiles.Chain(parsed.GetValue(chain), secret.Value.PublicKey);
            Manifest manifest = new()
            {
                Id = description.Id, Version = description.Version, DeviceType = description.Type, Kind = description.Kind, Requires = description.Requires ?? [],
                Size = content.Value.Size, Sha256 = content.Value.Sha256, Created = now, Sequence = number, Expires = parsed.GetValue(expires) ?? 0,
            };
            return keys.IsOk ? Write(output, parsed.GetValue(file)!, SignedManifest.Sign(manifest, secret.Value, keys.Value), manifest) : output.Fail(keys.Error!);
        });
        return sign;
    }

    internal static Command Verify(GlobalOptions options)
    {
        Argument<string> image = new("IMAGE") { Description = "The image." };
        Option<string> file = new("--manifest") { Description = "The manifest's file, as `edgemesh firmware sign` wrote it.", HelpName = "FILE", Required = true };
        Option<string> key = new("--key") { Description = "The publisher's public key in PEM, as it is pinned.", HelpName = "PUB.pem", Required = true };
        Command verify = new("verify", $"Checks image, manifest and signature as a device does. Exit code {ExitCodes.Ok} where all is right, {ExitCodes.Refused} where not. Needs no hub.") { image, file, key };
        verify.SetAction(parsed =>
        {
            Output output = options.OutputOf(parsed);
            Result<SignedManifest> signed = PublisherFiles.Manifest(parsed.GetValue(file)!);
            Result<byte[]> pinned = PublisherFiles.PublicKey(parsed.GetValue(key)!);
            Result<(long Size, string Sha256)> content = Hash(parsed.GetValue(image)!);
            if (!signed.IsOk || !pinned.IsOk || !content.IsOk)
            {
                return output.Fail(signed.Error ?? pinned.Error ?? content.Error!);
            }

            Result<Manifest> manifest = signed.Value.Read();
            if (!manifest.IsOk)
            {
                return output.Fail(manifest.Error!);
            }

            TrustedKey[] trusted = TrustedKey.Configured(Hex.Encode(pinned.Value), [manifest.Value.Kind]);
            if (signed.Value.Refusal(trusted, mustBeSigned: true, TimeProvider.System.GetUtcNow()) is Error refusal)
            {
                return output.Fail(refusal);
            }

            return manifest.Value.Sha256 == content.Value.Sha256 && manifest.Value.Size == content.Value.Size
                ? Say(output, signed.Value, manifest.Value)
                : output.Fail(new Error(ErrorCodes.ManifestInvalid, $"The image is not the one of the manifest: its SHA-256 is {content.Value.Sha256}, the manifest's {manifest.Value.Sha256}."));
        });
        return verify;
    }

    /// <summary>A signed manifest as the upload's query.</summary>
    internal static Result<string> Query(string path)
    {
        Result<SignedManifest> read = PublisherFiles.Manifest(path);
        if (!read.IsOk || read.Value.Read() is { IsOk: false })
        {
            return read.Error ?? read.Value.Read().Error!;
        }

        SignedManifest s = read.Value;
        (string Name, string Value)[] members = [("manifest", s.Manifest), ("signature", s.Signature), ("publisher", s.Publisher), ("keys", s.KeysText)];
        return string.Join('&', members.Select(m => $"{m.Name}={Uri.EscapeDataString(m.Value)}"));
    }

    private static int Write(Output output, string path, SignedManifest signed, Manifest manifest)
    {
        Result<Manifest> read = signed.Read();
        Result<NewFile?> created = read.IsOk ? NewFile.Create(path) : read.Error!;
        if (!created.IsOk)
        {
            return output.Fail(created.Error!);
        }

        using NewFile file = created.Value!;
        file.Commit(signed.ToJson());
        return Say(output, signed, manifest);
    }

    private static int Say(Output output, SignedManifest signed, Manifest manifest)
    {
        if (output.Json)
        {
            output.WriteDocument(new JsonObject
            {
                ["id"] = manifest.Id, ["version"] = manifest.Version, ["kind"] = manifest.Kind, ["sequence"] = manifest.Sequence, ["expires"] = manifest.Expires,
                ["sha256"] = manifest.Sha256, ["publisher"] = signed.Publisher,
            });
        }
        else
        {
            output.WriteLine($"{manifest.Id}@{manifest.Version}, sequence {manifest.Sequence}, signed by {signed.Publisher}");
        }

        return ExitCodes.Ok;
    }

    private static Result<(long Size, string Sha256)> Hash(string path)
    {
        try
        {
            using FileStream image = File.OpenRead(path);
            return image.Length is > 0 and <= Limits.ImageBytesMax
                ? (image.Length, Convert.ToHexStringLower(SHA256.HashData(image)))
                : Arguments.Invalid($"{path} has {image.Length} bytes; an image has 1 to {Limits.ImageBytesMax}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Arguments.Invalid($"The image cannot be read: {failure.Message}");
        }
    }
}
