using System;
using System.Collections.Generic;
using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeMesh.Hub.Certificates;

/// <summary>Makes X.509 certificates and revocation lists (RFC 5280): EC P-256, SHA-256. No clock, no disk.</summary>
internal static class Issuer
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // Positive and of fixed length: the first byte is 0x40 to 0x7f, 126 bits are random.
    private const int SerialBytes = 16;

    /// <summary>A root, which signs certificates and revocation lists and no other authority.</summary>
    public static X509Certificate2 Root(string name, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(Name(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using X509Certificate2 root = request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), notBefore, notAfter, Serial());
        return root.CopyWithPrivateKey(key);
    }

    /// <summary>The broker's certificate: it serves under these names and addresses.</summary>
    public static X509Certificate2 Server(X509Certificate2 authority, string name, HubNames names, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        SubjectAlternativeNameBuilder alternatives = new();
        foreach (string dns in names.Dns)
        {
            alternatives.AddDnsName(dns);
        }

        foreach (IPAddress address in names.Addresses)
        {
            alternatives.AddIpAddress(address);
        }

        return Leaf(authority, name, ServerAuthentication, alternatives.Build(), notBefore, notAfter);
    }

    /// <summary>A device's certificate: its common name is its id, and it serves for nothing but to connect.</summary>
    public static X509Certificate2 Device(X509Certificate2 authority, string id, DateTimeOffset notBefore, DateTimeOffset notAfter) =>
        Leaf(authority, id, ClientAuthentication, null, notBefore, notAfter);

    /// <summary>An authority's revocation list, as PEM.</summary>
    public static string RevocationList(
        X509Certificate2 authority, IEnumerable<IssuedCertificate> revoked, BigInteger number, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate)
    {
        CertificateRevocationListBuilder list = new();
        foreach (IssuedCertificate certificate in revoked)
        {
            list.AddEntry(Convert.FromHexString(certificate.Serial), DateTimeOffset.FromUnixTimeSeconds(certificate.Revoked));
        }

        using ECDsa key = authority.GetECDsaPrivateKey()!;
        byte[] der = list.Build(
            authority.SubjectName,
            X509SignatureGenerator.CreateForECDsa(key),
            number,
            nextUpdate,
            HashAlgorithmName.SHA256,
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false),
            thisUpdate);
        return new string(PemEncoding.Write("X509 CRL", der)) + "\n";
    }

    /// <summary>Certificate and private key in one PEM text, so that one file replaces both at once.</summary>
    public static string PemWithKey(X509Certificate2 certificate) => Pem(certificate) + KeyPem(certificate);

    /// <summary>The certificate as PEM.</summary>
    public static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    /// <summary>Its private key as PEM (PKCS #8, which mbedTLS and OpenSSL read in PEM and in DER).</summary>
    public static string KeyPem(X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private static X509Certificate2 Leaf(
        X509Certificate2 authority, string name, string use, X509Extension? alternatives, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(Name(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (alternatives is not null)
        {
            request.CertificateExtensions.Add(alternatives);
        }

        using X509Certificate2 signed = request.Create(authority, notBefore, notAfter, Serial());
        return signed.CopyWithPrivateKey(key);
    }

    private static X500DistinguishedName Name(string commonName)
    {
        X500DistinguishedNameBuilder name = new();
        name.AddCommonName(commonName);
        return name.Build();
    }

    private static byte[] Serial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] = (byte)((serial[0] & 0x3f) | 0x40);
        return serial;
    }
}
