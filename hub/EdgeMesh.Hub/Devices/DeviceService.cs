using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Hub.Devices;

/// <summary>The operations on devices: add, remove, list, show.</summary>
public sealed class DeviceService(
    DeviceStore store, DeviceGateway gateway, IBrokerAccounts accounts, BrokerInfo broker, HubEvents events, HubIdentity identity, ICrypto crypto, TimeProvider time)
{
    /// <summary>Makes a device's identity, key and broker account.</summary>
    public async Task<Result<DeviceConfiguration>> AddAsync(string id, string type, CancellationToken cancellation)
    {
        if (!Names.IsValid(id) || !Names.IsValid(type))
        {
            return new Error(ErrorCodes.InvalidArgument, $"The {(Names.IsValid(id) ? "type" : "id")} is not valid: it takes {Names.Grammar}.");
        }

        byte[] secret = crypto.Random(Limits.KeyBytes);
        if (!store.Add(id, type, secret, time.GetUtcNow().ToUnixTimeSeconds()))
        {
            return new Error(ErrorCodes.DeviceExists, $"There is a device {id} already; take another id, or remove it with `edgemesh devices remove {id}`.");
        }

        bool done = false;
        try
        {
            Result<AccountEnforcement> account = await accounts.EnsureDevicesAsync([AccountOf(id, secret)], cancellation).ConfigureAwait(false);
            if (!account.IsOk)
            {
                return account.Error!;
            }

            done = true;
        }
        finally
        {
            if (!done)
            {
                // Nothing half-made stays: the key was not shown to anybody yet.
                store.Remove(id);
            }
        }

        return Configuration(id, type, secret);
    }

    /// <summary>A new identity for a device that is known: nothing of it holds before <see cref="ReplaceAsync"/>.</summary>
    public DeviceConfiguration Redraw(string id, string type) => Configuration(id, type, crypto.Random(Limits.KeyBytes));

    /// <summary>Puts a redrawn identity in the place of the old one, whose key and account are refused from then on. False where the device was removed.</summary>
    public async Task<bool> ReplaceAsync(DeviceConfiguration renewed, CancellationToken cancellation)
    {
        byte[] secret = Convert.FromHexString(renewed.Key);
        if (!store.Replace(renewed.Device, renewed.Type, secret))
        {
            return false;
        }

        gateway.Forget(renewed.Device);
        // Where the broker cannot be reached now, the account is made at the next connection, as all are.
        _ = await accounts.EnsureDevicesAsync([AccountOf(renewed.Device, secret)], cancellation).ConfigureAwait(false);
        return true;
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
        gateway.Forget(id);
        events.Publish(new DeviceRemoved(id));
        return device;
    }

    /// <summary>All devices, by id.</summary>
    public IReadOnlyList<DeviceView> List() => [.. store.List().Select(View)];

    /// <summary>One device.</summary>
    public Result<DeviceView> Show(string id) => store.Find(id) is DeviceRow row ? View(row) : Unknown(id);

    /// <summary>What to answer where there is no such device.</summary>
    public static Error Unknown(string id) =>
        new(ErrorCodes.DeviceUnknown, $"There is no device {id}; see `edgemesh devices list`, or add it with `edgemesh devices add {id} --type TYPE`.");

    /// <summary>Brings the broker's accounts in line with the devices. Called when the broker is connected.</summary>
    public async Task<Result<AccountEnforcement>> EnsureAccountsAsync(CancellationToken cancellation) =>
        await accounts.EnsureDevicesAsync([.. store.Secrets().Select(d => AccountOf(d.Id, d.Secret))], cancellation).ConfigureAwait(false);

    private DeviceConfiguration Configuration(string id, string type, byte[] secret) =>
        new(identity.Site, id, type, Convert.ToHexStringLower(secret), broker.DeviceHost, broker.Port);

    private DeviceAccount AccountOf(string id, byte[] secret) => new(id, new DeviceKey(crypto, secret, identity.Site, id).BrokerPassword());

    private DeviceView View(DeviceRow row) => new(
        row.Id,
        row.Type,
        gateway.IsOnline(row.Id),
        row.LastSeen,
        row.ProgramId.Length > 0 ? $"{row.ProgramId}@{row.ProgramVersion}" : "",
        row.Sequence,
        row.Info is null ? null : JsonDocument.Parse(row.Info).RootElement,
        gateway.Refusals(row.Id));
}
