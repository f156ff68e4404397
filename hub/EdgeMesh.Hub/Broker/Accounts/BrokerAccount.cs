using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Enrollment;

namespace EdgeMesh.Hub.Broker.Accounts;

/// <summary>A right as dynamic security names it. All are of priority 0; what none allows is denied.</summary>
/// <param name="Type">publishClientSend, publishClientReceive, subscribeLiteral or subscribePattern.</param>
/// <param name="Topic">A literal topic or filter: Mosquitto 2.0.11 does not replace %u and %c.</param>
/// <param name="Allow">Whether it is given; otherwise it is taken from what the default allows.</param>
internal sealed record AccessRight(string Type, string Topic, bool Allow = true)
{
    public static AccessRight Publish(string filter) => new("publishClientSend", filter);

    /// <summary>For topics that begin with $: Mosquitto 2.0.11 does not apply the default "receive allow" to them.</summary>
    public static AccessRight Receive(string filter) => new("publishClientReceive", filter);

    /// <summary>Messages that are not handed on, whatever filter was subscribed to.</summary>
    public static AccessRight Hide(string filter) => new("publishClientReceive", filter, false);

    public static AccessRight SubscribeWithin(string filter) => new("subscribePattern", filter);

    public static AccessRight SubscribeExactly(string topic) => new("subscribeLiteral", topic);

    public JsonNode ToJson() => new JsonObject { ["acltype"] = Type, ["topic"] = Topic, ["priority"] = 0, ["allow"] = Allow };
}

/// <summary>A client of dynamic security with a role of its own.</summary>
/// <param name="User">The user name.</param>
/// <param name="Password">The password.</param>
/// <param name="ClientId">The only client id it may use; null for any.</param>
/// <param name="Role">The role that only this account has.</param>
/// <param name="Rights">All that it may do.</param>
internal sealed record BrokerAccount(string User, string Password, string? ClientId, string Role, IReadOnlyList<AccessRight> Rights)
{
    /// <summary>Changes with anything in the account. Kept as its description, so that an unchanged account is known without its password.</summary>
    /// <remarks>A plain hash is safe here: passwords are 256 random or derived bits, which nobody guesses.</remarks>
    public string Fingerprint => "edgemesh " + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\0', [User, Password, ClientId ?? "", Role, .. Rights.Select(r => r.Type + " " + r.Topic + (r.Allow ? "" : " denied"))]))));

    public static string DeviceRole(string id) => "device-" + id;

    /// <summary>A device publishes on each of its own up/ topics, and reads below its own down/ and the hub's status.</summary>
    /// <remarks>Literal topics, not up/#: whoever steals the account cannot fill the broker with retained messages on topics of its own making.</remarks>
    public static BrokerAccount Device(string site, DeviceAccount device) => new(device.Id, device.Password, device.Id, DeviceRole(device.Id),
    [
        .. Enum.GetValues<TopicKind>().Where(Topic.IsUp).Select(kind => AccessRight.Publish(Topic.Format(kind, site, device.Id))),
        AccessRight.SubscribeWithin(Topic.DownFilter(site, device.Id)),
        AccessRight.SubscribeExactly(Topic.Format(TopicKind.HubStatus, site)),
    ]);

    /// <summary>
    /// The account of a device that has no identity yet: it writes and reads at its enrolment's two topics. Its password is its token, which is no
    /// secret: who uses it still has to prove the PIN or code.
    /// </summary>
    public static BrokerAccount Enrollment(string token) => new(
        EnrollmentSecret.UserPrefix + token, token, EnrollmentSecret.UserPrefix + token, EnrollmentSecret.UserPrefix + token,
        [AccessRight.Publish(Topic.EnrollUp(token)), AccessRight.SubscribeExactly(Topic.EnrollDown(token))]);

    /// <summary>
    /// The viewer reads the site and writes nothing. Identities are hidden from it: under TLS they carry private keys in plain. It is not bound to a client id, since several people look at once; so its password
    /// lets somebody push a client off by taking its id, which then comes back by itself.
    /// </summary>
    public static BrokerAccount Viewer(string site, string password) =>
        new(BrokerEndpoint.ViewerUser, password, null, BrokerEndpoint.ViewerUser,
            [AccessRight.SubscribeWithin(Topic.SiteFilter(site)), AccessRight.Hide(Topic.Format(TopicKind.Identity, site, "+"))]);

    /// <summary>The operator reads as the viewer does, and asks for programs; approving and sending them takes more than that.</summary>
    public static BrokerAccount Operator(string site, string password) =>
        new(BrokerEndpoint.OperatorUser, password, null, BrokerEndpoint.OperatorUser,
            [.. Viewer(site, password).Rights, AccessRight.Publish(Topic.Format(TopicKind.CodegenRequest, site, "+"))]);

    /// <summary>The hub may do all. Wildcards do not reach topics that begin with $, so those are named.</summary>
    public static BrokerAccount Hub(string password) => new(BrokerEndpoint.HubUser, password, null, BrokerEndpoint.HubUser,
    [
        AccessRight.Publish("#"),
        AccessRight.Publish(DynamicSecurity.Tree),
        AccessRight.SubscribeWithin("#"),
        AccessRight.SubscribeWithin(DynamicSecurity.Tree),
        AccessRight.Receive(DynamicSecurity.Tree),
        AccessRight.SubscribeWithin("$SYS/#"),
        AccessRight.Receive("$SYS/#"),
    ]);

    /// <summary>Commands that make the account.</summary>
    public IEnumerable<JsonObject> Creation() =>
    [
        new JsonObject { ["command"] = "createRole", ["rolename"] = Role, ["acls"] = new JsonArray([.. Rights.Select(r => r.ToJson())]) },
        WithClientId(new JsonObject
        {
            ["command"] = "createClient", ["username"] = User, ["password"] = Password, ["textdescription"] = Fingerprint,
            ["roles"] = new JsonArray(new JsonObject { ["rolename"] = Role, ["priority"] = 0 }),
        }),
    ];

    /// <summary>Without the password, which must not get into a log.</summary>
    public override string ToString() => $"BrokerAccount {User}";

    private JsonObject WithClientId(JsonObject client)
    {
        if (ClientId is not null)
        {
            client["clientid"] = ClientId;
        }

        return client;
    }
}
