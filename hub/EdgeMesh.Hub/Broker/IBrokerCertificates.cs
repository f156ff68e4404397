using EdgeMesh.Hub.Events;

namespace EdgeMesh.Hub.Broker;

/// <summary>The files that the embedded broker speaks TLS with, each replaced whole. All stand in a folder that is the hub's alone.</summary>
/// <param name="Authorities">PEM of every authority whose devices may connect.</param>
/// <param name="Certificate">PEM of the broker's own certificate with its private key.</param>
/// <param name="RevocationList">PEM of a revocation list for each of these authorities.</param>
public sealed record BrokerCertificates(string Authorities, string Certificate, string RevocationList);

/// <summary>Where the embedded broker gets its certificates from.</summary>
public interface IBrokerCertificates
{
    /// <summary>The files; null while there are none, and so no TLS.</summary>
    BrokerCertificates? Current { get; }
}

/// <summary>What the files hold has changed: the broker must read them again.</summary>
/// <param name="Restart">Whether something is trusted no more, which Mosquitto only forgets when it starts anew.</param>
public sealed record BrokerCertificatesChanged(bool Restart = false) : HubEvent;
