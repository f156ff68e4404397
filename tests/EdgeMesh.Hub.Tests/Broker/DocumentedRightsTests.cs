using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Broker.Accounts;
using EdgeMesh.Mqtt;

namespace EdgeMesh.Hub.Tests.Broker;

/// <summary>Who may do what at which topic is in docs/asyncapi.json as the accounts have it.</summary>
public sealed class DocumentedRightsTests
{
    private const string Token = "k7m2qx9p";
    private static readonly JsonObject Channels = Document()["channels"]!.AsObject();

    private static readonly Dictionary<string, BrokerAccount> Accounts = new()
    {
        ["device"] = BrokerAccount.Device("home", new DeviceAccount("lamp", new string('a', 64))),
        ["enrolment"] = BrokerAccount.Enrollment(Token),
        ["hub"] = BrokerAccount.Hub("a password"),
        ["viewer"] = BrokerAccount.Viewer("home", "a password"),
        ["operator"] = BrokerAccount.Operator("home", "a password"),
    };

    public static TheoryData<string> Names => [.. Channels.Select(c => c.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_documented_accounts_may_use_a_channel_and_no_other(string channel)
    {
        string topic = ((string)Channels[channel]!["address"]!).Replace("{site}", "home").Replace("{device}", "lamp").Replace("{token}", Token)
            .Replace("{job}", "night").Replace("{part}", "2");
        JsonNode documented = Channels[channel]!["x-acl"]!;
        Assert.Equal(Sorted(documented["publish"]!), Accounts.Where(a => Has(a.Value, topic, "publishClientSend")).Select(a => a.Key).Order());
        Assert.Equal(
            Sorted(documented["subscribe"]!),
            Accounts.Where(a => Has(a.Value, topic, "subscribePattern", "subscribeLiteral") && !a.Value.Rights.Any(r => !r.Allow && Covers(r, topic))).Select(a => a.Key).Order());
    }

    private static bool Has(BrokerAccount account, string topic, params string[] types) => account.Rights.Any(r => r.Allow && types.Contains(r.Type) && Covers(r, topic));

    private static bool Covers(AccessRight right, string topic) => MqttTopicFilterComparer.Compare(topic, right.Topic) == MqttTopicFilterCompareResult.IsMatch;

    private static IEnumerable<string> Sorted(JsonNode names) => names.AsArray().Select(n => (string)n!).Order();

    private static JsonNode Document()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "EdgeMesh.sln")))
        {
            folder = folder.Parent!;
        }

        return JsonNode.Parse(File.ReadAllText(Path.Combine(folder.FullName, "docs", "asyncapi.json")))!;
    }
}
