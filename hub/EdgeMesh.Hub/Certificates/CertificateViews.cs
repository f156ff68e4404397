using System.Collections.Generic;

namespace EdgeMesh.Hub.Certificates;

/// <summary>What a device is told of certificates.</summary>
/// <param name="Ca">PEM of the authorities that it shall trust, and no others.</param>
/// <param name="Certificate">PEM of its own certificate; null where none is asked for.</param>
/// <param name="PrivateKey">PEM of that one's private key. The hub does not keep it.</param>
public sealed record DeviceTrust(string Ca, string? Certificate, string? PrivateKey)
{
    /// <summary>Without the key, which must not get into a log.</summary>
    public override string ToString() => "DeviceTrust";
}

/// <summary>An authority as people see it.</summary>
/// <param name="Number">1 for the first; each rotation adds one.</param>
/// <param name="Name">Its common name.</param>
/// <param name="Fingerprint">SHA-256 of its certificate, in hex.</param>
/// <param name="NotAfter">Until when it is valid, in seconds since 1970-01-01 UTC.</param>
/// <param name="State"><c>serving</c>: it signed the broker's certificate; <c>next</c>: it will; <c>old</c>: it did, and devices still hold its certificates.</param>
public sealed record AuthorityView(long Number, string Name, string Fingerprint, long NotAfter, string State);

/// <summary>The certificate authority as people see it.</summary>
/// <param name="Authorities">All that are trusted, the oldest first.</param>
/// <param name="Names">Names and addresses in the broker's certificate.</param>
/// <param name="HubNotAfter">Until when the broker's certificate is valid, in seconds since 1970-01-01 UTC; 0 where there is none.</param>
/// <param name="MovesAt">In a rotation, when the broker's certificate moves to the next authority, likewise; 0 outside one.</param>
/// <param name="NotTold">In a rotation, the devices that do not know the next authority yet: while there are any, it does not move.</param>
/// <param name="Problem">Why no certificate can be issued now; empty where one can.</param>
public sealed record AuthoritiesView(
    IReadOnlyList<AuthorityView> Authorities, IReadOnlyList<string> Names, long HubNotAfter, long MovesAt, IReadOnlyList<string> NotTold, string Problem);

/// <summary>What devices are to trust.</summary>
/// <param name="Pem">PEM of the authorities' certificates.</param>
public sealed record AuthoritiesPem(string Pem);
