using EdgeMesh.Contracts;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>
/// <c>edgemesh.json</c>, and <c>edgemesh.new</c> while another takes its place: no rename replaces a file here, so a new one is complete under
/// that name before the old one is touched, and no cut of the power leaves neither.
/// </summary>
public sealed class SettingsFile
{
    /// <summary>Its name.</summary>
    public const string FileName = "edgemesh.json";

    private const string NewName = "edgemesh.new";
    private readonly IStorage _storage;

    /// <summary>The file in a storage.</summary>
    public SettingsFile(IStorage storage) => _storage = storage;

    /// <summary>The settings; null where there are none or they are refused, with the reason as a sentence. Throws <see cref="StorageException"/>.</summary>
    public NanoSettings? Read(out string problem)
    {
        byte[]? next = _storage.Read(NewName, Limits.JsonPayloadBytes);
        if (next != null)
        {
            // What parses is complete: no beginning of an object is one. What does not, was never relied on.
            if (JsonReader.Parse(next, next.Length, out problem) != null)
            {
                _storage.Write(FileName, next);
            }

            _storage.Delete(NewName);
        }

        byte[]? bytes = _storage.Read(FileName, Limits.JsonPayloadBytes);
        if (bytes == null)
        {
            problem = "There is no " + FileName + " of at most " + Limits.JsonPayloadBytes.ToString() + " bytes.";
            return null;
        }

        return NanoSettings.Read(bytes, out problem);
    }

    /// <summary>Replaces the settings, whole or not at all. Throws <see cref="StorageException"/>.</summary>
    public void Write(byte[] bytes)
    {
        _storage.Write(NewName, bytes);
        _storage.Write(FileName, bytes);
        _storage.Delete(NewName);
    }
}
