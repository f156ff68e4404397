using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Storage;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Broker;

/// <summary>The files of the broker below the hub's state folder. The folder is the owner's alone, whatever the files in it are.</summary>
internal sealed class BrokerFolder(IOptions<HubOptions> hub)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Bytes of a generated secret: 256 bits.</summary>
    private const int SecretBytes = 32;

    public string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(hub.Value.StateFolder, "broker"));

    public string Configuration => File("mosquitto.conf");

    public string DynamicSecurity => File("dynamic-security.json");

    public string ViewerSecretFile => File("viewer.secret");

    public string OperatorSecretFile => File("operator.secret");

    public string LockFile => File("lock");

    public void Create()
    {
        Folder.Create(Path, OwnerOnly);
        System.IO.File.SetUnixFileMode(Path, OwnerOnly);
    }

    /// <summary>The hub's own password at the embedded broker.</summary>
    public string HubSecret() => ReadOrCreate(File("hub.secret"));

    /// <summary>The password of the read-only account.</summary>
    public string ViewerSecret() => ReadOrCreate(ViewerSecretFile);

    /// <summary>The password of the account that may ask for programs.</summary>
    public string OperatorSecret() => ReadOrCreate(OperatorSecretFile);

    private string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A secret of which no more than a part is left is as good as none: another takes its place.</summary>
    private string ReadOrCreate(string file)
    {
        Create();
        if (System.IO.File.Exists(file))
        {
            string secret = System.IO.File.ReadAllText(file).Trim();
            if (secret.Length == 2 * SecretBytes && secret.All(char.IsAsciiHexDigitLower))
            {
                return secret;
            }
        }

        string created = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        PrivateFile.Write(file, created + "\n");
        return created;
    }
}
