using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Broker;

/// <summary>A device's account at the broker: user name and client id are its id.</summary>
/// <param name="Id">The device's id.</param>
/// <param name="Password">Its password, derived from its key: 256 bits of entropy, since a plain hash of it is kept to see a change.</param>
public sealed record DeviceAccount(string Id, string Password)
{
    /// <summary>Without the password, which must not get into a log.</summary>
    public override string ToString() => $"DeviceAccount {Id}";
}

/// <summary>Who holds the devices to their accounts and topics.</summary>
public enum AccountEnforcement
{
    /// <summary>The broker does: it has done what was asked.</summary>
    Enforced,

    /// <summary>Whoever administers the external broker must: it has no dynamic security, and nothing was changed.</summary>
    NotEnforced,
}

/// <summary>
/// The devices' accounts at the broker. Every call may be repeated. Fails with <c>broker_unavailable</c> where the broker cannot be
/// reached, <c>invalid_argument</c> where an id cannot be an account's. May be called from a message handler.
/// </summary>
public interface IBrokerAccounts
{
    /// <summary>
    /// Makes sure that these accounts exist, with these passwords and the devices' topics; others are left alone. What is right already
    /// stays untouched and connected; a disabled account stays disabled.
    /// </summary>
    Task<Result<AccountEnforcement>> EnsureDevicesAsync(IReadOnlyList<DeviceAccount> devices, CancellationToken cancellationToken = default);

    /// <summary>Removes the account and throws the device off at once. An account that does not exist is removed already.</summary>
    Task<Result<AccountEnforcement>> RemoveDeviceAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Throws the device off at once and refuses it until it is enabled; fails with <c>device_unknown</c> without an account.</summary>
    Task<Result<AccountEnforcement>> DisableDeviceAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Lets a disabled device in again; fails with <c>device_unknown</c> without an account.</summary>
    Task<Result<AccountEnforcement>> EnableDeviceAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Throws the device off; it may come back at once. Fails with <c>device_unknown</c> without an account.</summary>
    Task<Result<AccountEnforcement>> DisconnectDeviceAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes sure that exactly these enrolments have an account, by their tokens; any other enrolment's is removed, and its client thrown off.
    /// </summary>
    Task<Result<AccountEnforcement>> EnsureEnrollmentsAsync(IReadOnlyList<string> tokens, CancellationToken cancellationToken = default);
}
