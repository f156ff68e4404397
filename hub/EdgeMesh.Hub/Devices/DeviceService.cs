using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Hub.Devices;

/// <summary>The operations on devices: add, remove, revoke, restore, list, show.</summary>
public sealed class DeviceService(
    DeviceStore store, DeviceGateway gateway, IBrokerAccounts accounts, CertificateAuthority certificates, BrokerInfo broker, BrokerState brokerState, HubEvents events, HubIdentity identity,
    ICrypto crypto, TimeProvider time, IEnumerable<IDeviceNote> notes)
{
    private const int ReasonLengthMax = 200;

    /// <summary>Makes a device's identity, key and broker account.</summary>
    public async Task<Result<DeviceConfiguration>> AddAsync(string id, string type, CancellationToken cancellation)
    {
        if (!Names.IsValid(id) || !Names.IsValid(type))
        {
            return new Error(ErrorCodes.InvalidArgument, $"The {(Names.IsValid(id) ? "type" : "id")} is not valid: it takes {Names.Grammar}.");
        }

        if (broker.DeviceTls && !broker.Embedded && broker.Authority.Length == 0)
        {
            return new Error(
                ErrorCodes.InvalidArgument, "The broker speaks TLS, and a device trusts only the authorities that it is given. Set Broker:CaFile to the PEM file of the broker's, and restart the hub.");
        }

        byte[] secret = crypto.Random(Limits.KeyBytes);
        if (!store.Add(id, type, secret, time.GetUtcNow().ToUnixTimeSeconds()))
        {
            return new Error(ErrorCodes.DeviceExists, $"There is a device {id} already; take another id, or remove it with `edgemesh devices remove {id}`.");
        }

        // Nothing half-made stays: the key was not shown to anybody yet.
        return await EquipAsync(id, type, secret, () => store.Remove(id), cancellation).ConfigureAwait(false);
    }

    /// <summary>Shuts a device out at once and for ever: it is not believed, thrown off the broker, and its certificate refused.</summary>
    /// <param name="id">The device.</param>
    /// <param name="reason">Why, for the owner's own record; at most 200 characters.</param>
    /// <param name="cancellation">Ends the wait for the broker, never the revocation.</param>
    public async Task<Result<RevocationView>> RevokeAsync(string id, string reason, CancellationToken cancellation)
    {
        if (reason.Length > ReasonLengthMax)
        {
            return new Error(ErrorCodes.InvalidArgument, $"The reason has {reason.Length} characters; it takes {ReasonLengthMax} at most.");
        }

        // Repeated it tries again what the broker could not do: the order is from what must hold to what may have to wait.
        bool first = store.Revoke(id, long.Max(1, time.GetUtcNow().ToUnixTimeSeconds()), Printable.Of(reason));
        Result<DeviceView> device = Show(id);
        if (!device.IsOk)
        {
            return device.Error!;
        }

        gateway.Forget(id, "it was revoked");
        if (first)
        {
            events.Publish(new DeviceRevoked(id, Printable.Of(reason)));
        }

        Result<AccountEnforcement> account;
        try
        {
            account = await accounts.RemoveDeviceAsync(id, cancellation).ConfigureAwait(false);
        }
        finally
        {
            // Also where the caller has gone meanwhile.
            certificates.Revoke(id, Printable.Of(reason));
        }

        string broker = !account.IsOk ? "pending" : account.Value == AccountEnforcement.Enforced ? "enforced" : "not_enforced";
        return new RevocationView(Show(id).Value, broker);
    }

    /// <summary>Lets a revoked device begin anew: another key, password and certificate; the old ones stay refused.</summary>
    public async Task<Result<DeviceConfiguration>> RestoreAsync(string id, CancellationToken cancellation)
    {
        Result<DeviceView> device = Show(id);
        if (!device.IsOk)
        {
            return device.Error!;
        }

        byte[] secret = crypto.Random(Limits.KeyBytes);
        if (!store.Restore(id, secret))
        {
            return new Error(ErrorCodes.DeviceNotRevoked, $"{id} is not revoked, so there is nothing to restore; see `edgemesh devices show {id}`.");
        }

        long now = time.GetUtcNow().ToUnixTimeSeconds();
        return await EquipAsync(id, device.Value.Type, secret, () => store.Revoke(id, now, device.Value.RevokedReason), cancellation).ConfigureAwait(false);
    }

    /// <summary>One device that is not revoked.</summary>
    public Result<DeviceView> Active(string id)
    {
        Result<DeviceView> device = Show(id);
        return device.IsOk && device.Value.Revoked > 0
            ? new Error(ErrorCodes.DeviceRevoked, $"{id} is revoked; `edgemesh devices restore {id}` lets it begin anew, with a new key.") : device;
    }

    /// <summary>A new identity for a device that is known: nothing of it holds before <see cref="ReplaceAsync"/>.</summary>
    public Result<DeviceConfiguration> Redraw(string id, string type)
    {
        Result<DeviceTrust?> trust = certificates.Issue(id);
        return trust.IsOk ? Configuration(id, type, crypto.Random(Limits.KeyBytes), trust.Value) : trust.Error!;
    }

    /// <summary>Puts a redrawn identity in the place of the old one, whose key and account are refused from then on. False where the device was removed.</summary>
    public async Task<bool> ReplaceAsync(DeviceConfiguration renewed, CancellationToken cancellation)
    {
        byte[] secret = Convert.FromHexString(renewed.Key);
        if (!store.Replace(renewed.Device, renewed.Type, secret))
        {
            return false;
        }

        gateway.Forget(renewed.Device, "it was enrolled anew");
        // Where the broker cannot be reached now, the account is made at the next connection, as all are.
        _ = await accounts.EnsureDevicesAsync([AccountOf(renewed.Device, secret)], cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>Has what is kept of a device follow it to its new id, and removes the old one.</summary>
    public Task<Result<DeviceView>> SucceedAsync(string from, string to, CancellationToken cancellation)
    {
        events.Publish(new DeviceRenamed(from, to));
        return RemoveAsync(from, cancellation);
    }

    /// <summary>Removes a device: its account, its key, and whatever is under way with it.</summary>
    public async Task<Result<DeviceView>> RemoveAsync(string id, CancellationToken cancellation)
    {
        Result<DeviceView> device = Show(id);
        if (!device.IsOk)
        {
            return device;
        }

        Result<AccountEnforcement> account = await accounts.RemoveDeviceAsync(id, cancellation).ConfigureAwait(false);
        if (!account.IsOk)
        {
            return account.Error!;
        }

        store.Remove(id);
        gateway.Forget(id, "the device was removed");
        certificates.Revoke(id, "the device was removed");
        events.Publish(new DeviceRemoved(id));
        return device;
    }

    /// <summary>All devices, by id.</summary>
    public IReadOnlyList<DeviceView> List() => [.. store.List().Select(View)];

    /// <summary>Whether there is a device of this id, revoked or not.</summary>
    public bool Knows(string id) => store.Find(id) is not null;

    /// <summary>One device.</summary>
    public Result<DeviceView> Show(string id) => store.Find(id) is DeviceRow row ? View(row) : Unknown(id);

    /// <summary>What to answer where there is no such device.</summary>
    public static Error Unknown(string id) =>
        new(ErrorCodes.DeviceUnknown, $"There is no device {id}; see `edgemesh devices list`, or add it with `edgemesh devices add {id} --type TYPE`.");

    /// <summary>Brings the broker's accounts in line with the devices. Called when the broker is connected.</summary>
    public async Task<Result<AccountEnforcement>> EnsureAccountsAsync(CancellationToken cancellation)
    {
        IReadOnlyList<DeviceAccount> wanted = [.. store.Secrets().Select(d => AccountOf(d.Id, d.Secret))];
        Result<AccountEnforcement> ensured = await accounts.EnsureDevicesAsync(wanted, cancellation).ConfigureAwait(false);
        // Looked at afterwards: a device that was revoked or removed meanwhile may just have been given its account back.
        HashSet<string> stale = [.. wanted.Select(d => d.Id).Except(store.Secrets().Select(d => d.Id)), .. store.RevokedIds()];
        foreach (string id in ensured.IsOk ? stale : [])
        {
            ensured = await accounts.RemoveDeviceAsync(id, cancellation).ConfigureAwait(false);
            if (!ensured.IsOk)
            {
                break;
            }
        }

        return ensured;
    }

    /// <summary>Gives a device whose secret is stored what it needs beside it; takes the secret back where that fails.</summary>
    private async Task<Result<DeviceConfiguration>> EquipAsync(string id, string type, byte[] secret, Action undo, CancellationToken cancellation)
    {
        bool done = false;
        try
        {
            Result<DeviceTrust?> trust = certificates.Issue(id);
            if (!trust.IsOk)
            {
                return trust.Error!;
            }

            Result<AccountEnforcement> account = await accounts.EnsureDevicesAsync([AccountOf(id, secret)], cancellation).ConfigureAwait(false);
            if (!account.IsOk)
            {
                return account.Error!;
            }

            done = true;
            return Configuration(id, type, secret, trust.Value);
        }
        finally
        {
            if (!done)
            {
                undo();
                certificates.Revoke(id, "the device could not be added");
            }
        }
    }

    private DeviceConfiguration Configuration(string id, string type, byte[] secret, DeviceTrust? trust)
    {
        string? authority = trust?.Ca ?? (broker.Authority.Length > 0 ? broker.Authority : null);
        return new DeviceConfiguration(
            identity.Site, id, type, Convert.ToHexStringLower(secret), broker.DeviceHost, broker.DevicePort, authority, trust?.Certificate, trust?.PrivateKey,
            authority is null ? null : time.GetUtcNow().ToUnixTimeSeconds(),
            brokerState.Accounts == AccountEnforcement.NotEnforced ? AccountOf(id, secret).Password : null);
    }

    private DeviceAccount AccountOf(string id, byte[] secret) => new(id, new DeviceKey(crypto, secret, identity.Site, id).BrokerPassword());

    private DeviceView View(DeviceRow row) => new(
        row.Id,
        row.Type,
        gateway.IsOnline(row.Id),
        row.LastSeen,
        row.ProgramId.Length > 0 ? $"{row.ProgramId}@{row.ProgramVersion}" : "",
        row.Sequence,
        row.Info is null ? null : JsonDocument.Parse(row.Info).RootElement,
        gateway.Refusals(row.Id),
        row.Revoked,
        row.RevokedReason,
        string.Join(' ', notes.Select(n => n.NoteOn(row.Id)).Where(n => n.Length > 0)));
}
