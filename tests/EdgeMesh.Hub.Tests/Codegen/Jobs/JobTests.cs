using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Codegen.Jobs;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Mqtt;

namespace EdgeMesh.Hub.Tests.Codegen.Jobs;

/// <summary>Programs asked for at the real broker, by the operator's account, with the real sandbox.</summary>
public sealed class JobTests : IAsyncLifetime
{
    private const string Blink = """{"device":"porch","description":"blink the LED on pin 2 every 2 seconds"}""";

    private readonly TempFolder _folder = new();
    private readonly int _port = BrokerHub.FreePort();
    private readonly ConcurrentDictionary<string, string> _topics = new();
    private RunningHub _hub = null!;
    private MqttClient _operator = new();

    public async Task InitializeAsync() => await StartAsync();

    public async Task DisposeAsync()
    {
        await _operator.DisposeAsync();
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_program_asked_for_is_written_tried_and_readable_at_the_broker_and_waits_for_a_person()
    {
        await _hub.NewAsync("porch");
        await AskAsync("night-light", Blink);
        JsonNode status = await EndAsync("night-light");
        Assert.Equal((JobStates.Waiting, "porch", 1), ((string?)status["state"], (string?)status["device"], (int?)status["version"]));
        Assert.Contains("edgemesh program approve porch@1", (string?)status["reason"], StringComparison.Ordinal);
        ProgramView program = _hub.Get<ProgramService>().Show("porch", 1).Value;
        Assert.Equal(program.Content.Source, Whole("night-light", "code"));
        JsonNode report = JsonNode.Parse(Whole("night-light", "report"))!;
        Assert.True((bool?)report["dry_run"]!["ok"], report.ToJsonString());
        Assert.All(_topics, t => Assert.True(Encoding.UTF8.GetByteCount(t.Value) < Limits.JsonPayloadBytes, t.Key));
        Assert.Equal(1, _hub.Get<JobStore>().List(9)[0].Version);
    }

    [Fact]
    public async Task A_job_asked_for_twice_is_done_once_and_its_id_is_not_taken_for_another()
    {
        await _hub.NewAsync("porch");
        await AskAsync("one", Blink);
        await EndAsync("one");
        _topics.Clear();
        await AskAsync("one", Blink);
        Assert.Null((await EndAsync("one"))["ignored"]);
        await AskAsync("one", Blink.Replace("pin 2", "pin 4", StringComparison.Ordinal));
        await Eventually.TrueAsync(() => Status("one")?["ignored"] is not null, "the other request is answered");
        Assert.Equal((JobStates.Waiting, 1), ((string?)Status("one")!["state"], (int?)Status("one")!["version"]));
        Assert.Single(_hub.Get<ProgramService>().List("porch").Value);
    }

    [Theory]
    [InlineData("""{"device":"nobody","description":"blink the LED on pin 2 every 2 seconds"}""", ErrorCodes.DeviceUnknown)]
    [InlineData("""{"device":"porch","description":"open a web server"}""", ErrorCodes.RequestForbidden)]
    [InlineData("""{"device":"porch"}""", ErrorCodes.InvalidArgument)]
    [InlineData("""{"device":"porch","description":"blink","approve":true}""", ErrorCodes.InvalidArgument)]
    [InlineData("blink", ErrorCodes.InvalidArgument)]
    public async Task What_cannot_be_done_is_answered_with_the_cause_and_leaves_no_program(string request, string code)
    {
        await _hub.NewAsync("porch");
        await AskAsync("bad", request);
        JsonNode status = await EndAsync("bad");
        Assert.Equal((JobStates.Failed, code), ((string?)status["state"], (string?)status["code"]));
        Assert.NotEqual("", (string?)status["reason"]);
        Assert.Empty(_hub.Get<ProgramService>().List("porch").Value);
    }

    [Fact]
    public async Task Only_so_many_wait_and_what_waits_outlives_the_hub()
    {
        await _hub.NewAsync("porch");
        JobStore store = _hub.Get<JobStore>();
        // As a hub leaves it that is killed with one job in hand and one before it.
        Assert.NotNull(store.Add("first", new JobRequest("porch", "blink the LED on pin 2 every 2 seconds"), 2));
        Assert.NotNull(store.Add("second", new JobRequest("porch", "blink the LED on pin 4 every 3 seconds"), 2));
        store.Update(store.Find("first")! with { State = JobStates.Working });
        Assert.Null(store.Add("third", new JobRequest("porch", "blink"), 2));
        await AskAsync("third", Blink);
        Assert.Equal(ErrorCodes.QueueFull, (string?)(await EndAsync("third"))["code"]);

        await _operator.DisposeAsync();
        await _hub.DisposeAsync();
        await StartAsync();
        await EndAsync("first");
        await EndAsync("second");
        Assert.Equal(["second", "first"], _hub.Get<JobStore>().List(9).Where(j => j.State == JobStates.Waiting).Select(j => j.Job));
        await AskAsync("third", Blink);
        await Eventually.TrueAsync(() => (string?)Status("third")?["state"] == JobStates.Waiting, "it is done under the same id");
    }

    [Fact]
    public async Task What_the_policy_approves_is_sent_where_that_was_asked_for()
    {
        await _operator.DisposeAsync();
        await _hub.DisposeAsync();
        await StartAsync("--Programs:AutoApprove", "test");
        await using TestDevice device = await _hub.ConnectNewAsync("porch", options: new TestDeviceOptions { Kind = ImageKinds.MicroPythonApp });
        await AskAsync("send", Blink.Replace("}", ",\"deploy\":true}", StringComparison.Ordinal));
        JsonNode status = await EndAsync("send");
        Assert.Equal((JobStates.Done, 1L), ((string?)status["state"], (long?)status["session"]));
        await Eventually.TrueAsync(() => _hub.Latest("porch").State is not null && _topics.Keys.Any(t => t.EndsWith("devices/porch/ota", StringComparison.Ordinal)), "the update can be followed");
    }

    [Fact]
    public async Task The_viewer_and_devices_ask_for_nothing_and_the_operator_writes_nothing_else()
    {
        await using TestDevice device = await _hub.ConnectNewAsync("porch");
        BrokerInfo broker = _hub.Get<BrokerInfo>();
        await using MqttClient viewer = new();
        await ConnectAsync(viewer, broker.ViewerUser, broker.ViewerPasswordFile);
        await viewer.PublishStringAsync(Topic.Format(TopicKind.CodegenRequest, "home", "viewers"), Blink, MqttQualityOfServiceLevel.AtLeastOnce);
        foreach (TopicKind kind in Enum.GetValues<TopicKind>().Where(k => k != TopicKind.CodegenRequest))
        {
            await _operator.PublishStringAsync(Topic.Format(kind, "home", "porch", "x"), "operators", MqttQualityOfServiceLevel.AtLeastOnce);
        }

        await AskAsync("last", Blink);
        await EndAsync("last");
        Assert.DoesNotContain(_topics, t => t.Value == "operators");
        Assert.Equal(["last"], _hub.Get<JobStore>().List(9).Select(j => j.Job));
    }

    [Fact]
    public void A_text_of_any_kind_is_divided_into_messages_that_fit_and_put_together_again()
    {
        Random random = new(5);
        string[] pieces = ["x", "\n", "\"", "ä", "🌡", "\u0001", "\\", new string('y', 7000), "line of a program\n"];
        for (int run = 0; run < 200; run++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(400)).Select(_ => pieces[random.Next(pieces.Length)])) is { Length: > 100_000 } much ? much[..100_000] : "short";
            var parts = JobTopics.Divide("job", text);
            Assert.Equal(text, string.Concat(parts.Select(p => p.Text)));
            Assert.InRange(parts.Count, 1, JobTopics.PartsMax);
        }

        var cut = JobTopics.Divide("job", new string('z', 1_000_000));
        Assert.Equal((JobTopics.PartsMax, true), (cut.Count, cut[^1].Text.Contains("edgemesh program show", StringComparison.Ordinal)));
    }

    private async Task StartAsync(params string[] options)
    {
        _hub = await RunningHub.StartAsync(_folder.Path, _port, ["--Jobs:QueueLength", "2", .. options]);
        _operator = new MqttClient();
        _operator.ApplicationMessageReceivedAsync += e =>
        {
            _topics[e.ApplicationMessage.Topic] = e.ApplicationMessage.ConvertPayloadToString();
            return Task.CompletedTask;
        };
        _topics.Clear();
        BrokerInfo broker = _hub.Get<BrokerInfo>();
        await ConnectAsync(_operator, broker.OperatorUser, broker.OperatorPasswordFile);
        await _operator.SubscribeAsync(Topic.SiteFilter("home"), MqttQualityOfServiceLevel.AtLeastOnce);
    }

    private Task<MqttClientConnectResult> ConnectAsync(MqttClient client, string user, string passwordFile) => client.ConnectAsync(new MqttClientOptions
    {
        ClientId = "test-" + user,
        Credentials = new MqttClientCredentials(user, Encoding.UTF8.GetBytes(File.ReadAllText(passwordFile).Trim())),
        ChannelOptions = { RemoteEndpoint = new IPEndPoint(IPAddress.Loopback, _port) },
    });

    private Task<MqttClientPublishResult> AskAsync(string job, string request) =>
        _operator.PublishStringAsync(Topic.Format(TopicKind.CodegenRequest, "home", job), request, MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken: CancellationToken.None);

    private async Task<JsonNode> EndAsync(string job)
    {
        await Eventually.TrueAsync(() => Status(job) is { } status && JobStates.IsFinal((string)status["state"]!), $"job {job} ends; it says {Status(job)?.ToJsonString()}");
        return Status(job)!;
    }

    private JsonNode? Status(string job) => _topics.TryGetValue(Topic.Format(TopicKind.CodegenStatus, "home", job), out string? text) && text.Length > 0 ? JsonNode.Parse(text) : null;

    private string Whole(string job, string what)
    {
        JsonNode first = JsonNode.Parse(_topics[$"edgemesh/v1/home/codegen/{job}/{what}"])!;
        return string.Concat(Enumerable.Range(1, (int)first["parts"]!).Select(part =>
            (string)JsonNode.Parse(_topics[$"edgemesh/v1/home/codegen/{job}/{what}{(part == 1 ? "" : "/" + part)}"])!["text"]!));
    }
}
