using System;
using System.IO;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Security;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Protocol;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Firmware;

/// <summary>The hub's own key, which signs the programs it sends: made when it is first needed, kept in the state folder for the hub's account alone.</summary>
/// <remarks>It signs <see cref="ImageKinds.MicroPythonApp"/> and nothing else; a device that is to take programs from this hub only pins it for that kind.</remarks>
public sealed class HubKey(IOptions<HubOptions> options)
{
    /// <summary>What the key is called among the publishers.</summary>
    public const string Name = "hub";

    private readonly Lazy<Ed25519Key> _key = new(() => Load(FileIn(options.Value.StateFolder)));

    /// <summary>The private key.</summary>
    /// <exception cref="InvalidDataException">Its file is damaged. Another key is not made: devices that pinned this one would take nothing of it.</exception>
    public Ed25519Key Key => _key.Value;

    /// <summary>The key as a publisher that is always trusted.</summary>
    internal PublisherRow Publisher => new()
    {
        Name = Name, Key = Hex.Encode(Key.PublicKey), Kinds = ImageKinds.MicroPythonApp, Created = new DateTimeOffset(File.GetLastWriteTimeUtc(FileIn(options.Value.StateFolder))).ToUnixTimeSeconds(),
    };

    private static string FileIn(string stateFolder) => Path.Combine(stateFolder, "keys", "programs.pem");

    private static Ed25519Key Load(string file)
    {
        if (!File.Exists(file))
        {
            Ed25519Key made = Ed25519Key.Generate();
            PrivateFile.Write(file, made.ToPem());
            return made;
        }

        Results.Result<Ed25519Key> read = Ed25519Key.FromPem(File.ReadAllText(file));
        return read.IsOk ? read.Value : throw new InvalidDataException($"{file} is damaged: {read.Error!.Message} Restore it from a backup; devices may have pinned it.");
    }
}
