using System.Collections.Generic;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Hosting;

/// <summary>How the hub is.</summary>
/// <param name="Site">Its name in every topic.</param>
/// <param name="Version">Its version.</param>
/// <param name="Broker">How it stands with the broker: <c>starting</c>, <c>unavailable</c>, <c>connected</c> or <c>stopped</c>.</param>
/// <param name="BrokerError">Why there is no connection; null where there is one.</param>
/// <param name="BrokerAddress">Host and port of the broker, for MQTT Explorer.</param>
/// <param name="ViewerUser">The read-only account; null where the broker keeps none for the hub.</param>
/// <param name="ViewerPasswordFile">The file of its password; null likewise.</param>
/// <param name="OperatorUser">The account that may also ask for programs at <c>codegen/…/request</c>; null likewise.</param>
/// <param name="OperatorPasswordFile">The file of its password; null likewise.</param>
/// <param name="Warnings">What is not as it should be outside a laboratory, a sentence each.</param>
public sealed record HubView(string Site, string Version, string Broker, Error? BrokerError, string BrokerAddress, string? ViewerUser, string? ViewerPasswordFile, string? OperatorUser, string? OperatorPasswordFile,
    string[] Warnings);

/// <summary>What the hub can be asked about itself.</summary>
public sealed class HubOperations(HubIdentity identity, BrokerState state, BrokerInfo broker, IOptions<DeviceOptions> devices) : IOperationSource
{
    /// <inheritdoc/>
    public IEnumerable<Operation> Operations => [Operation.Create<NoParameters, HubView>("hub-status", "Shows how the hub and its broker are.", _ => Show()).Reading()];

    private Result<HubView> Show()
    {
        BrokerStatus status = state.Current;
        string phase = status.Phase switch
        {
            BrokerPhase.Starting => "starting",
            BrokerPhase.Unavailable => "unavailable",
            BrokerPhase.Connected => "connected",
            _ => "stopped",
        };
        bool accounts = state.Accounts != AccountEnforcement.NotEnforced;
        return new HubView(identity.Site, identity.Version, phase, status.Error, $"{broker.Host}:{broker.Port}", accounts ? broker.ViewerUser : null,
            accounts ? broker.ViewerPasswordFile : null,
            accounts ? broker.OperatorUser : null, accounts ? broker.OperatorPasswordFile : null, [.. Warnings()]);
    }

    private IEnumerable<string> Warnings()
    {
        if (devices.Value.AllowUnauthenticated)
        {
            yield return "Devices:AllowUnauthenticated is on: devices are believed WITHOUT A SIGNATURE. Switch it off outside a laboratory.";
        }

        if (state.Accounts == AccountEnforcement.NotEnforced)
        {
            yield return "The broker has no dynamic security, so the hub cannot enforce accounts, topics and instant revocation there: that is up to its "
                + "administrator. Signatures hold: nobody but a device's own key speaks for it, and nothing of a revoked one is believed.";
        }
    }
}
