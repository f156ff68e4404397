using System.Collections.Generic;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Certificates;

/// <summary>What the hub can be asked about its certificates.</summary>
public sealed class CertificateOperations(CertificateAuthority authority, IdentityDelivery identities) : IOperationSource
{
    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<NoParameters, AuthoritiesView>("ca-show", "Shows the certificate authority.", _ => authority.Show()).Reading(),
        Operation.Create<NoParameters, AuthoritiesPem>("ca-export", "Gives the certificates that devices are to trust.", _ => authority.Export()).Reading(),
        Operation.Create<NoParameters, IReadOnlyList<IssuedCertificate>>("ca-list", "Lists every certificate that was issued.", _ => Result.Of(authority.List())).Reading(),
        Operation.Create<RotateAuthority, AuthoritiesView>("ca-rotate", "Begins a new authority, which takes over after an overlap.", r => authority.Rotate(r.Now)).Recording("now"),
        Operation.Create<RenewDevice, RenewalView>("ca-renew", "Sends a device a new certificate and the authorities to trust, now or when it is there again.", (r, c) => identities.RenewAsync(r.Device, c)).Recording("device"),
    ];

    private sealed record RotateAuthority(bool Now = false);

    private sealed record RenewDevice(string Device);
}
