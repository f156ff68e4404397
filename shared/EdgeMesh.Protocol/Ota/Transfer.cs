using System.Text;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Protocol.Ota;

/// <summary>An image on its way into a slot: what a device keeps of an accepted offer, across reboots.</summary>
/// <remarks>How far it came is not kept beside it: the slot's file is only ever appended to, so its length says it.</remarks>
public sealed class Transfer
{
    /// <summary>The hub's session.</summary>
    public long Session { get; set; }

    /// <summary>base64url of the manifest's exact bytes, as offered.</summary>
    public string ManifestText { get; set; } = "";

    /// <summary>The manifest read from it.</summary>
    public Manifest Manifest { get; set; } = new Manifest();

    /// <summary>Bytes in every chunk but the last.</summary>
    public int ChunkBytes { get; set; }

    /// <summary>The key whose signature was found right; null where none was asked for.</summary>
    public TrustedKey? Signer { get; set; }

    /// <summary>How many chunks the image has.</summary>
    public long ChunkCount => ((Manifest.Size - 1) / ChunkBytes) + 1;

    /// <summary>Bytes in one chunk.</summary>
    public int LengthOf(long sequence) =>
        sequence == ChunkCount - 1 ? (int)(Manifest.Size - (sequence * ChunkBytes)) : ChunkBytes;

    /// <summary>Reads the manifest of an offer.</summary>
    /// <returns>The transfer; null where the manifest cannot be read, with the reason in <paramref name="problem"/>.</returns>
    public static Transfer? Read(long session, string manifestText, int chunkBytes, out string problem)
    {
        byte[]? bytes = Base64Url.Decode(manifestText);
        if (bytes == null)
        {
            problem = "the manifest is not base64url";
            return null;
        }

        JsonObject? json = JsonReader.Parse(bytes, bytes.Length, out problem);
        if (json == null)
        {
            return null;
        }

        Manifest manifest = Codec.ReadManifest(json);
        problem = json.Problem;
        return problem.Length > 0
            ? null
            : new Transfer { Session = session, ManifestText = manifestText, Manifest = manifest, ChunkBytes = chunkBytes };
    }

    /// <summary>A manifest as it goes into an offer.</summary>
    public static string ManifestTextOf(Manifest manifest) => Base64Url.Encode(Encoding.UTF8.GetBytes(Codec.Write(manifest).ToString()));
}
