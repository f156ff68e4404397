using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Storage;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Certificates;

/// <summary>The certificates and keys below the state folder: every file 0600, replaced whole. Certificate and key share a file, so they always fit.</summary>
public sealed class CertificateFolder(IOptions<HubOptions> hub)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string AuthorityPrefix = "authority-";

    private readonly string _path = Path.GetFullPath(Path.Combine(hub.Value.StateFolder, "certificates"));

    /// <summary>What the broker reads.</summary>
    public BrokerCertificates Files => new(File("ca.pem"), File("hub.pem"), File("crl.pem"));

    /// <summary>Whether the broker has all that it needs.</summary>
    public bool IsComplete => new[] { Files.Authorities, Files.Certificate, Files.RevocationList }.All(System.IO.File.Exists);

    /// <summary>The authorities with their keys, by number.</summary>
    public SortedDictionary<long, X509Certificate2> Authorities()
    {
        SortedDictionary<long, X509Certificate2> all = [];
        if (Directory.Exists(_path))
        {
            foreach (string file in Directory.EnumerateFiles(_path, AuthorityPrefix + "*.pem"))
            {
                if (long.TryParse(Path.GetFileNameWithoutExtension(file)[AuthorityPrefix.Length..], CultureInfo.InvariantCulture, out long number))
                {
                    // A damaged authority is not replaced by a new one behind the owner's back: every device would be cut off.
                    all[number] = X509Certificate2.CreateFromPem(System.IO.File.ReadAllText(file), System.IO.File.ReadAllText(file));
                }
            }
        }

        return all;
    }

    /// <summary>Keeps an authority with its key.</summary>
    public void WriteAuthority(long number, X509Certificate2 authority) => Write(AuthorityFile(number), Issuer.PemWithKey(authority));

    /// <summary>Keeps an authority's certificate for the record, and erases its key.</summary>
    public void Retire(long number, X509Certificate2 authority)
    {
        Write(File(string.Create(CultureInfo.InvariantCulture, $"retired-{number}.pem")), Issuer.Pem(authority));
        System.IO.File.Delete(AuthorityFile(number));
        Folder.Flush(_path);
    }

    /// <summary>The broker's certificate with its key; null where there is none that can be read.</summary>
    public X509Certificate2? Hub()
    {
        try
        {
            string text = System.IO.File.ReadAllText(Files.Certificate);
            return X509Certificate2.CreateFromPem(text, text);
        }
        catch (Exception unreadable) when (unreadable is IOException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Replaces a file where its text differs; tells whether it did.</summary>
    public bool Write(string file, string text)
    {
        if (System.IO.File.Exists(file) && System.IO.File.ReadAllText(file) == text)
        {
            return false;
        }

        Directory.CreateDirectory(_path, OwnerOnly);
        System.IO.File.SetUnixFileMode(_path, OwnerOnly);
        PrivateFile.Write(file, text);
        return true;
    }

    private string AuthorityFile(long number) => File(string.Create(CultureInfo.InvariantCulture, $"{AuthorityPrefix}{number}.pem"));

    private string File(string name) => Path.Combine(_path, name);
}
