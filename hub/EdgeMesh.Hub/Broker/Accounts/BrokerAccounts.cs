using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol.Enrollment;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Broker.Accounts;

/// <summary>The accounts, kept right by asking the broker what it has and sending only what differs: it writes its file at every command.</summary>
internal sealed class BrokerAccounts(
    DynamicSecurity security, BrokerEndpoint endpoint, BrokerFolder folder, HubIdentity identity, BrokerState state, ILogger<BrokerAccounts> log)
    : IBrokerAccounts, IDisposable
{
    // Fifty commands, each of which writes the plugin's file to an SD card.
    private static readonly TimeSpan ResponseLimit = TimeSpan.FromSeconds(10);

    // How long to listen for a sign of dynamic security in an external broker: the hub is not ready before.
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(3);

    // One change at a time: each is a look followed by commands that rely on it.
    private readonly SemaphoreSlim _changing = new(1, 1);
    private bool _saidNotEnforced;

    // Whether this broker has answered as dynamic security; null before it was asked. A silent one costs a time limit, so it is asked once
    // a connection; one that has answered and falls silent has failed, and what was asked of it must not pass for done by others.
    private bool? _answers;

    /// <summary>Makes sure of the accounts of people; says once where the broker keeps no accounts for the hub. Runs at every connect.</summary>
    public async Task EnsurePeopleAsync(CancellationToken cancellationToken)
    {
        _answers = _answers is true ? true : null;
        Result<AccountEnforcement> done = await EnsureAsync(
            [BrokerAccount.Viewer(identity.Site, folder.ViewerSecret()), BrokerAccount.Operator(identity.Site, folder.OperatorSecret())], cancellationToken).ConfigureAwait(false);
        if (done.Error is { } error)
        {
            log.LogError("The accounts '{Viewer}' and '{Operator}' are not ready: {Error}", BrokerEndpoint.ViewerUser, BrokerEndpoint.OperatorUser, error.Message);
        }
    }

    public async Task<Result<AccountEnforcement>> EnsureDevicesAsync(IReadOnlyList<DeviceAccount> devices, CancellationToken cancellationToken)
    {
        foreach (DeviceAccount device in devices)
        {
            if (Refusal(device.Id) is { } refusal)
            {
                return refusal;
            }
        }

        return await EnsureAsync([.. devices.Select(d => BrokerAccount.Device(identity.Site, d))], cancellationToken).ConfigureAwait(false);
    }

    public Task<Result<AccountEnforcement>> EnsureEnrollmentsAsync(IReadOnlyList<string> tokens, CancellationToken cancellationToken) =>
        EnsureAsync([.. tokens.Select(BrokerAccount.Enrollment)], cancellationToken, EnrollmentSecret.UserPrefix);

    public Task<Result<AccountEnforcement>> RemoveDeviceAsync(string id, CancellationToken cancellationToken) =>
        ChangeDeviceAsync(id, Removal(id, BrokerAccount.DeviceRole(id)), cancellationToken);

    public Task<Result<AccountEnforcement>> DisableDeviceAsync(string id, CancellationToken cancellationToken) =>
        ChangeDeviceAsync(id, [Of("disableClient", id)], cancellationToken);

    public Task<Result<AccountEnforcement>> EnableDeviceAsync(string id, CancellationToken cancellationToken) =>
        ChangeDeviceAsync(id, [Of("enableClient", id)], cancellationToken);

    // The plugin has no command for it; disabling throws a client off, and it is enabled again before it can come back.
    public Task<Result<AccountEnforcement>> DisconnectDeviceAsync(string id, CancellationToken cancellationToken) =>
        ChangeDeviceAsync(id, [Of("disableClient", id), Of("enableClient", id)], cancellationToken);

    public void Dispose() => _changing.Dispose();

    private static JsonObject Of(string command, string user) => new() { ["command"] = command, ["username"] = user };

    private static JsonObject[] Removal(string user, string role) =>
        [Of("deleteClient", user), new JsonObject { ["command"] = "deleteRole", ["rolename"] = role }];

    private static Error? Refusal(string id) =>
        !Names.IsValid(id) ? new Error(ErrorCodes.InvalidArgument, $"The device id is refused: an id is {Names.Grammar}.")
        : BrokerEndpoint.IsReserved(id) ? new Error(
            ErrorCodes.InvalidArgument, $"The device id '{id}' is refused: 'hub', 'viewer', 'operator', 'hub-…' and 'enroll-…' are the hub's own at the broker. Choose another id.")
        : null;

    /// <summary>Makes these accounts right; others whose user begins with <paramref name="exclusive"/> are removed.</summary>
    private async Task<Result<AccountEnforcement>> EnsureAsync(
        IReadOnlyList<BrokerAccount> accounts, CancellationToken cancellationToken, string? exclusive = null)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            JsonObject list = new() { ["command"] = "listClients", ["verbose"] = true };
            Result<CommandResponse[]?> listed = await AskAsync([list], cancellationToken).ConfigureAwait(false);
            if (listed.Error is not null || listed.Value is null || listed.Value[0].Error is not null)
            {
                return Judge(listed);
            }

            Dictionary<string, JsonObject> existing = ((listed.Value[0].Data?["clients"] as JsonArray) ?? []).OfType<JsonObject>()
                .ToDictionary(c => (string)c["username"]!);
            IEnumerable<string> stale = exclusive is null ? []
                : existing.Keys.Where(user => user.StartsWith(exclusive, StringComparison.Ordinal)).Except(accounts.Select(a => a.User));
            JsonObject[] changes = [.. stale.SelectMany(user => Removal(user, user)), .. accounts.SelectMany(a => Changes(a, existing.GetValueOrDefault(a.User)))];
            return Judge(changes.Length == 0 ? listed : await AskAsync(changes, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<Result<AccountEnforcement>> ChangeDeviceAsync(
        string id, IReadOnlyList<JsonObject> commands, CancellationToken cancellationToken)
    {
        if (Refusal(id) is { } refusal)
        {
            return refusal;
        }

        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Judge(await AskAsync(commands, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Sends the commands; null where an external broker has no dynamic security.</summary>
    private async Task<Result<CommandResponse[]?>> AskAsync(IReadOnlyList<JsonObject> commands, CancellationToken cancellationToken)
    {
        if (_answers is false)
        {
            return (CommandResponse[]?)null;
        }

        bool mustAnswer = endpoint.IsEmbedded || _answers is true;
        Result<CommandResponse[]?> sent = await security.SendAsync(commands, mustAnswer ? ResponseLimit : ProbeLimit, cancellationToken).ConfigureAwait(false);
        if (!sent.IsOk)
        {
            return sent;
        }

        if (sent.Value is null && mustAnswer)
        {
            return new Error(
                ErrorCodes.BrokerUnavailable, "The broker's dynamic security does not answer, so nothing is known to be changed. Try again; its log may say more.");
        }

        _answers = sent.Value is not null;
        return sent;
    }

    /// <summary>What makes the account right; nothing where it is. An account that changes is made anew, which throws its client off.</summary>
    private static IEnumerable<JsonObject> Changes(BrokerAccount account, JsonObject? existing)
    {
        bool right = (string?)existing?["textdescription"] == account.Fingerprint
            && existing["roles"] is JsonArray roles && roles.Any(r => (string?)r?["rolename"] == account.Role);
        if (right)
        {
            return [];
        }

        bool disabled = (bool?)existing?["disabled"] ?? false;
        return [.. Removal(account.User, account.Role), .. account.Creation(), .. disabled ? [Of("disableClient", account.User)] : Array.Empty<JsonObject>()];
    }

    private Result<AccountEnforcement> Judge(Result<CommandResponse[]?> sent)
    {
        if (sent.Error is { } error)
        {
            return error;
        }

        state.Accounts = sent.Value is null ? AccountEnforcement.NotEnforced : AccountEnforcement.Enforced;
        if (sent.Value is null)
        {
            return SayNotEnforced();
        }

        foreach (CommandResponse response in sent.Value.Where(r => r.Error is not null))
        {
            string command = (string)response.Command["command"]!;
            string? name = (string?)(response.Command["username"] ?? response.Command["rolename"]);
            bool missing = response.Error!.EndsWith("not found", StringComparison.OrdinalIgnoreCase);
            if (missing && command is "enableClient" or "disableClient")
            {
                return new Error(ErrorCodes.DeviceUnknown, $"The device '{name}' has no account at the broker. Enrol it first.");
            }

            if (!missing || !command.StartsWith("delete", StringComparison.Ordinal))
            {
                return new Error(ErrorCodes.BrokerUnavailable, $"The broker refuses {command} for '{name}': {response.Error}. Its log may say more.");
            }
        }

        return AccountEnforcement.Enforced;
    }

    private AccountEnforcement SayNotEnforced()
    {
        if (!Interlocked.Exchange(ref _saidNotEnforced, true))
        {
            string site = identity.Site;
            log.LogWarning(
                "The broker at {Host}:{Port} does not answer at $CONTROL/dynamic-security/v1, so the hub cannot keep accounts there. Set up in that "
                + "broker: for each device an account (user name and client id are its id) that may publish to {Up} and subscribe to {Down} and "
                + "{Status}, and nothing else; its password is broker_password in the file that `devices add` writes. For the hub an account that may do all "
                + "below {Site}. The hub cannot enforce this: it cannot keep a device out of another's topics, nor throw a revoked one off at once. "
                + "What hub and devices believe is signed by each device's own key: no other is believed, and nothing of a revoked one.",
                endpoint.Host,
                endpoint.Port,
                Topic.UpFilter(site, "<id>"),
                Topic.DownFilter(site, "<id>"),
                Topic.Format(TopicKind.HubStatus, site),
                Topic.SiteFilter(site));
        }

        return AccountEnforcement.NotEnforced;
    }
}
