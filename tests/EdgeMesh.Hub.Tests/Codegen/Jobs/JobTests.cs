using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Codegen.Jobs;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Hub.Tests.Codegen.Programs;
using EdgeMesh.Mqtt;
using Microsoft.Data.Sqlite;

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

        await RestartAsync();
        await EndAsync("first");
        await EndAsync("second");
        Assert.Equal(["second", "first"], _hub.Get<JobStore>().List(9).Where(j => j.State == JobStates.Waiting).Select(j => j.Job));
        await AskAsync("third", Blink);
        await Eventually.TrueAsync(() => (string?)Status("third")?["state"] == JobStates.Waiting, "it is done under the same id");
    }

    [Fact]
    public async Task What_the_policy_approves_is_sent_where_that_was_asked_for()
    {
        await RestartAsync("--Programs:AutoApprove", "test");
        await using TestDevice device = await _hub.ConnectNewAsync("porch", options: new TestDeviceOptions { Kind = ImageKinds.MicroPythonApp });
        await AskAsync("send", Blink.Replace("}", ",\"deploy\":true}", StringComparison.Ordinal));
        JsonNode status = await EndAsync("send");
        Assert.Equal((JobStates.Done, 1L), ((string?)status["state"], (long?)status["session"]));
        await Eventually.TrueAsync(() => _hub.Latest("porch").State is not null && _topics.Keys.Any(t => t.EndsWith("devices/porch/ota", StringComparison.Ordinal)), "the update can be followed");
    }

    [Fact]
    public async Task Hosts_that_the_asker_adds_are_shown_and_need_a_person_unless_the_configuration_allows_them()
    {
        await RestartAsync("--Programs:AutoApprove", "test", "--Programs:AllowHosts", "allowed.example.org");
        await _hub.NewAsync("porch");
        await AskAsync("allowed", Blink.Replace("}", ",\"hosts\":\"Allowed.example.org\"}", StringComparison.Ordinal));
        Assert.Equal(JobStates.Done, (string?)(await EndAsync("allowed"))["state"]);
        await AskAsync("beyond", Blink.Replace("}", ",\"deploy\":true,\"hosts\":\"allowed.example.org,evil.example.org\"}", StringComparison.Ordinal));
        JsonNode status = await EndAsync("beyond");
        Assert.Equal((JobStates.Waiting, null), ((string?)status["state"], (long?)status["session"]));
        Assert.Contains("evil.example.org", (string?)status["reason"], StringComparison.Ordinal);
        Assert.Equal(["allowed.example.org", "evil.example.org"], JsonNode.Parse(Whole("beyond", "report"))!["hosts"]!.AsArray().Select(h => (string?)h));
        Assert.Empty(_hub.Get<ProgramService>().Show("porch", 2).Value.Approvals);

        // Whoever edits such a program has its hosts with it.
        ProgramView before = _hub.Get<ProgramService>().Show("porch", 2).Value;
        ProgramView edited = (await _hub.Get<ProgramService>().EditAsync("porch", 2, before.Content.Source + "\n", [], Packages.Owner, CancellationToken.None)).Value;
        Assert.Equal(ProgramStates.Ready, edited.State);
    }

    [Fact]
    public async Task A_disk_that_is_full_for_a_while_ends_no_hub_and_the_job_is_done_afterwards()
    {
        // FAIL keeps what the trigger wrote: so it is seen that the hub has tried.
        _hub.Sql("CREATE TABLE tried (x); CREATE TRIGGER full BEFORE UPDATE ON codegen_job BEGIN INSERT INTO tried VALUES (1); SELECT RAISE(FAIL, 'database or disk is full'); END");
        await AskAsync("patient", """{"device":"nobody","description":"blink"}""");
        await Eventually.TrueAsync(() => Tries() > 0, "the hub tries");
        _hub.Sql("DROP TRIGGER full");
        Assert.Equal(ErrorCodes.DeviceUnknown, (string?)(await EndAsync("patient"))["code"]);
        await AskAsync("next", """{"device":"nobody","description":"blink"}""");
        await EndAsync("next");
    }

    [Fact]
    public async Task Of_ended_jobs_so_many_are_kept_and_of_older_and_refused_ones_the_broker_keeps_nothing()
    {
        await RestartAsync("--Jobs:Kept", "2");
        foreach (string job in new[] { "a", "b", "c", "d" })
        {
            await AskAsync(job, """{"device":"nobody","description":"blink"}""", retain: true);
            await EndAsync(job);
        }

        await AskAsync("refused", "blink");
        await EndAsync("refused");
        await Eventually.TrueAsync(() => _hub.Get<JobStore>().List(9).Select(j => j.Job).SequenceEqual(["d", "c"]), "the older ones are forgotten");
        await ReconnectAsync();
        await Eventually.TrueAsync(() => Status("c") is not null && Status("d") is not null, "the latest are kept");
        Assert.Equal(["c", "d"], _topics.Keys.Where(t => t.Contains("/codegen/", StringComparison.Ordinal)).Select(t => t.Split('/')[4]).Distinct().Order());
    }

    [Fact]
    public void Whatever_the_order_no_job_that_waits_for_its_turn_is_forgotten_and_of_the_others_the_latest_stay()
    {
        Random random = new(7);
        JobStore store = new(new Database(Path.Combine(_folder.Path, "jobs.db")), TimeProvider.System);
        string[] states = [JobStates.Queued, JobStates.Working, JobStates.Waiting, JobStates.Done, JobStates.Refused, JobStates.Failed];
        for (int i = 0; i < 60; i++)
        {
            store.Update(store.Add($"job-{i}", new JobRequest("porch", "blink"), 1000)! with { State = states[random.Next(states.Length)] });
        }

        string[] ended = [.. store.List(100).Where(j => JobStates.IsFinal(j.State)).Select(j => j.Job)];
        for (int kept = 0; kept < 60; kept += 7)
        {
            Assert.Equal(ended.Skip(kept), store.ListBeyond(kept).Select(j => j.Job));
        }
    }

    [Fact]
    public async Task A_retained_request_that_comes_before_the_accounts_are_known_is_done_when_they_are_enforced()
    {
        await AskAsync("early", """{"device":"nobody","description":"blink"}""", retain: true);
        await EndAsync("early");
        _hub.Sql("DELETE FROM codegen_job");
        await RestartAsync();
        await Eventually.TrueAsync(() => _hub.Get<JobStore>().Find("early")?.State == JobStates.Failed, "it is done");
    }

    [Fact]
    public async Task Without_accounts_a_retained_request_is_neither_done_nor_answered_and_one_that_was_done_is_only_answered()
    {
        await _hub.DisposeAsync();
        await using PlainMosquitto broker = new();
        await broker.StartAsync();
        await using BrokerHub.Client anybody = await broker.WitnessAsync();
        string request = """{"device":"nobody","description":"blink"}""";
        await anybody.Mqtt.PublishStringAsync(RequestTopic("early"), request, MqttQualityOfServiceLevel.AtLeastOnce, retain: true);
        string[] external = ["--Broker:Url", $"mqtt://127.0.0.1:{broker.Port}"];
        _hub = await RunningHub.StartAsync(_folder.Path, _port, external);
        JobStore store = _hub.Get<JobStore>();
        JobView done = store.Update(store.Add("done", new JobRequest("nobody", "blink"), 9)! with { State = JobStates.Done });
        await anybody.Mqtt.PublishStringAsync(RequestTopic("late"), request, MqttQualityOfServiceLevel.AtLeastOnce);
        await anybody.Mqtt.PublishStringAsync(RequestTopic("done"), request, MqttQualityOfServiceLevel.AtLeastOnce);
        await Eventually.TrueAsync(() => anybody.Received.Any(m => m.Topic == StatusTopic("done")), "what was done is answered");
        Assert.Equal([done], store.List(9));
        Assert.DoesNotContain(anybody.Received, m => m.Topic == StatusTopic("early") || m.Topic == StatusTopic("late"));

        // It was there to be taken, as where that is allowed.
        await _hub.DisposeAsync();
        _hub = await RunningHub.StartAsync(_folder.Path, _port, [.. external, "--Jobs:AllowUnenforced", "true"]);
        await Eventually.TrueAsync(() => _hub.Get<JobStore>().Find("early")?.State == JobStates.Failed, "it is taken where that is allowed");
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
        await ReconnectAsync();
    }

    private async Task RestartAsync(params string[] options)
    {
        await _operator.DisposeAsync();
        await _hub.DisposeAsync();
        await StartAsync(options);
    }

    private async Task ReconnectAsync()
    {
        await _operator.DisposeAsync();
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

    private long Tries()
    {
        using SqliteConnection db = _hub.Get<Database>().Open();
        return db.ExecuteScalar<long>("SELECT count(*) FROM tried");
    }

    private static string RequestTopic(string job) => Topic.Format(TopicKind.CodegenRequest, "home", job);

    private static string StatusTopic(string job) => Topic.Format(TopicKind.CodegenStatus, "home", job);

    private Task<MqttClientPublishResult> AskAsync(string job, string request, bool retain = false) =>
        _operator.PublishStringAsync(RequestTopic(job), request, MqttQualityOfServiceLevel.AtLeastOnce, retain, CancellationToken.None);

    private async Task<JsonNode> EndAsync(string job)
    {
        await Eventually.TrueAsync(() => Status(job) is { } status && JobStates.IsFinal((string)status["state"]!), $"job {job} ends; it says {Status(job)?.ToJsonString()}");
        return Status(job)!;
    }

    private JsonNode? Status(string job) => _topics.TryGetValue(StatusTopic(job), out string? text) && text.Length > 0 ? JsonNode.Parse(text) : null;

    private string Whole(string job, string what)
    {
        JsonNode first = JsonNode.Parse(_topics[$"edgemesh/v1/home/codegen/{job}/{what}"])!;
        return string.Concat(Enumerable.Range(1, (int)first["parts"]!).Select(part =>
            (string)JsonNode.Parse(_topics[$"edgemesh/v1/home/codegen/{job}/{what}{(part == 1 ? "" : "/" + part)}"])!["text"]!));
    }
}
