using System;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Security;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Hub.Firmware;

/// <summary>A manifest as its publisher signed it: the JSON file that <c>edgemesh firmware sign</c> writes, and what offers carry.</summary>
/// <param name="Manifest">base64url of the manifest's exact bytes.</param>
/// <param name="Signature">base64url of the Ed25519 signature over them; empty for none.</param>
/// <param name="Publisher">The key that signed, in hex; empty for none.</param>
/// <param name="Keys">The statements that lead to that key from older ones, the oldest first.</param>
public sealed record SignedManifest(string Manifest, string Signature = "", string Publisher = "", string[]? Keys = null)
{
    /// <summary>Largest file read, in bytes: a manifest and a chain of the longest kind, and room.</summary>
    public const int FileBytesMax = 16 * 1024;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Whether it is signed.</summary>
    [JsonIgnore]
    public bool IsSigned => Signature.Length > 0;

    /// <summary>The chain as the database keeps it.</summary>
    [JsonIgnore]
    public string KeysText => string.Join(' ', Keys ?? []);

    /// <summary>The chain read back from the database.</summary>
    public static string[]? KeysOf(string text) => text.Length == 0 ? null : text.Split(' ');

    /// <summary>Signs a manifest.</summary>
    public static SignedManifest Sign(Manifest manifest, Ed25519Key key, string[]? keys)
    {
        string text = Transfer.ManifestTextOf(manifest);
        return new SignedManifest(text, Base64Url.Encode(key.Sign(Base64Url.Decode(text)!)), Hex.Encode(key.PublicKey), keys is { Length: > 0 } ? keys : null);
    }

    /// <summary>Reads the file.</summary>
    public static Result<SignedManifest> FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<SignedManifest>(json, Options) is { Manifest: not null, Signature: not null, Publisher: not null } read
                ? read : Invalid("it has no manifest");
        }
        catch (JsonException problem)
        {
            return Invalid(problem.Message);
        }
    }

    /// <summary>Writes the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    /// <summary>The manifest that is in it.</summary>
    public Result<Manifest> Read()
    {
        if (Manifest.Length > (Limits.ManifestBytes * 4 / 3) + 4 || Signature.Length > 128 || Keys is { Length: > Limits.KeyChainLength }
            || (Keys ?? []).Any(k => k is null || k.Length > Limits.KeyStatementLength) || (Publisher.Length > 0 && (Publisher.Length != Limits.PublisherKeyLength || !Hex.IsHex(Publisher))))
        {
            return Invalid($"a member is too long, or the publisher is no key; a manifest takes {Limits.ManifestBytes} bytes, a chain {Limits.KeyChainLength} statements");
        }

        return Transfer.Read(1, Manifest, Limits.ChunkBytesMin, out string problem)?.Manifest is { } manifest ? manifest : Invalid(problem);
    }

    /// <summary>What is wrong with it by a policy; null where nothing is.</summary>
    /// <param name="trusted">The keys trusted.</param>
    /// <param name="mustBeSigned">Whether an unsigned one is refused. A signature that is there must be right in any case.</param>
    /// <param name="now">The time.</param>
    public Error? Refusal(TrustedKey[] trusted, bool mustBeSigned, DateTimeOffset now)
    {
        Result<Manifest> read = Read();
        if (!read.IsOk)
        {
            return read.Error;
        }

        if (read.Value.Expires > 0 && now.ToUnixTimeSeconds() > read.Value.Expires)
        {
            DateTimeOffset expired = DateTimeOffset.FromUnixTimeSeconds(Math.Min(read.Value.Expires, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
            return new Error(ErrorCodes.ManifestExpired, $"The manifest expired on {expired:yyyy-MM-dd HH:mm:ss} UTC; its publisher must sign a new one for the image.");
        }

        if (!IsSigned && !mustBeSigned)
        {
            return null;
        }

        Offer offer = new() { Session = 1, Manifest = Manifest, Signature = Signature, Publisher = Publisher, Keys = Keys ?? [] };
        SignaturePlan? plan = SignaturePlan.Make(trusted, offer, read.Value.Kind, out Reject? refusal);
        Claim? wrong = plan?.Claims.FirstOrDefault(c => !Ed25519Key.Verify(c.PublicKey, c.Message, c.Signature));
        refusal = wrong is null ? refusal : SignaturePlan.Refuse(offer, wrong);
        return refusal is null ? null : new Error(refusal.Code, refusal.Reason);
    }

    private static Error Invalid(string problem) => new(ErrorCodes.ManifestInvalid, $"That is no signed manifest ({problem}); make one with `edgemesh firmware sign`.");
}
