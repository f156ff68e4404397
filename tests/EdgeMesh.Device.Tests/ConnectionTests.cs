using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Tests.World;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Device.Tests;

public sealed class ConnectionTests
{
    private readonly TestWorld _world = new();

    [Fact]
    public void The_account_is_the_device_id_with_a_derived_password_and_a_retained_will()
    {
        _world.RunUntil(() => _world.Online);
        var key = new DeviceKey(new DotNetCrypto(), _world.Configuration.Key, ScriptedHub.Site, ScriptedHub.Device);
        Assert.Equal(ScriptedHub.Device, _world.Settings!.ClientId);
        Assert.Equal(key.BrokerPassword(), _world.Settings.Password);
        Assert.Equal("edgemesh/v1/home/devices/board-1/up/status", _world.Settings.WillTopic);
        Assert.Equal("""{"status":"lost"}""", Encoding.UTF8.GetString(_world.Settings.WillPayload));
        Assert.Equal(["edgemesh/v1/home/devices/board-1/down/#", "edgemesh/v1/home/hub/status"], _world.Settings.Filters);
    }

    [Fact]
    public void After_the_welcome_status_comes_first_and_info_second_both_retained()
    {
        _world.RunUntil(() => _world.Hub.Heard.Count >= 2);
        Assert.Equal([TopicKind.Status, TopicKind.Info], _world.Hub.Heard.Take(2).Select(m => m.Kind));
        Assert.Equal([false, true, true], _world.Published.Select(p => p.Retain));
        Assert.All(_world.Published, p => Assert.Equal(1, p.Qos));
    }

    [Fact]
    public void A_device_with_nothing_to_do_feeds_its_dead_man()
    {
        _world.RunUntil(() => _world.Online);
        _world.Run(3_600_000);
        Assert.True(_world.Online);
        Assert.Equal(0, _world.Reboots);
    }

    [Fact]
    public void A_broker_that_is_away_is_tried_ever_less_often_up_to_a_minute()
    {
        _world.BrokerUp = false;
        _world.Run(3_600_000);
        Assert.InRange(_world.Connects, 60, 110);
        _world.BrokerUp = true;
        _world.RunUntil(() => _world.Online, 61_000);
    }

    [Fact]
    public void A_new_hub_process_is_greeted_at_once()
    {
        _world.RunUntil(() => _world.Online);
        _world.Run(5000);
        _world.Hub.Restart();
        _world.FromHub(Topic.Format(TopicKind.HubStatus, ScriptedHub.Site), _world.Hub.StatusPayload());
        _world.RunUntil(() => _world.Hub.Link.Established, 1000);
    }

    [Fact]
    public void A_hub_that_comes_back_after_long_silence_is_greeted_at_once()
    {
        _world.Hub.Silent = () => true;
        _world.Run(600_000);
        _world.Hub.Silent = () => false;
        _world.FromHub(Topic.Format(TopicKind.HubStatus, ScriptedHub.Site), _world.Hub.StatusPayload());
        _world.RunUntil(() => _world.Online, 1000);
    }

    [Fact]
    public void A_transfer_goes_on_after_a_power_cut_with_all_that_was_acknowledged_a_second_before()
    {
        // Half of the chunks are lost, so that the transfer takes longer than what a power cut may cost.
        int sent = 0;
        _world.Hub.LosesChunk = _ => sent++ % 2 == 1;
        _world.Hub.Update("1.0.0", 1, _world.Image("good-1", 250_000), 0);
        long chunks = _world.Hub.Sender!.ChunkCount;
        List<(long Ms, long Next)> acknowledged = [];
        _world.RunUntil(() =>
        {
            acknowledged.Add((_world.NowMs, _world.Hub.Sender.Next));
            return _world.Hub.Sender.Next >= chunks / 2;
        });
        long kept = acknowledged.Last(a => a.Ms <= _world.NowMs - OtaReceiver.FlushDelayMs - OtaReceiver.AckDelayMs).Next;
        _world.PowerCycle();
        _world.Hub.ChunksSent.Clear();
        _world.RunUntil(() => _world.Hub.Sender.State == OtaStates.Confirmed);

        Assert.True(kept > 0, "The transfer was over too soon to tell.");
        Assert.InRange(_world.Hub.ChunksSent.Min(c => c.Sequence), kept, acknowledged[^1].Next);
    }

    [Fact]
    public void A_full_disk_aborts_the_update_and_the_old_program_runs_on()
    {
        _world.Hub.Update("1.0.0", 1, _world.Image("good-1"), 0);
        _world.RunUntil(() => _world.Hub.Sender!.State == OtaStates.Confirmed && _world.Client.Record.ReportHeard);
        var program = _world.Program;
        _world.Storage.Capacity = _world.Storage.Snapshot().Sum(f => f.Value.Length) + 3000;
        _world.Hub.Update("2.0.0", 2, _world.Image("good-2", 9000), _world.NowMs);
        _world.RunUntil(() => OtaStates.IsFinal(_world.Hub.Sender!.State));

        Assert.Equal(OtaStates.Failed, _world.Hub.Sender!.State);
        Assert.Equal(ErrorCodes.StorageFull, _world.Hub.Sender.Code);
        Assert.Same(program, _world.Program);

        _world.Storage.Capacity = long.MaxValue;
        _world.Hub.Update("2.0.1", 3, _world.Image("good-2", 9000), _world.NowMs);
        _world.RunUntil(() => _world.Hub.Sender!.State == OtaStates.Confirmed);
    }

    [Fact]
    public void A_disk_without_any_room_never_costs_the_boot_record()
    {
        _world.Hub.Update("1.0.0", 1, _world.Image("good-1"), 0);
        _world.RunUntil(() => _world.Hub.Sender!.State == OtaStates.Confirmed && _world.Client.Record.ReportHeard);
        _world.Storage.Capacity = 0;
        for (int i = 2; i < 6; i++)
        {
            _world.Hub.Update("2.0." + i, i, _world.Image("good-2"), _world.NowMs);
            _world.RunUntil(() => OtaStates.IsFinal(_world.Hub.Sender!.State));
            Assert.Equal(ErrorCodes.StorageFull, _world.Hub.Sender!.Code);
        }

        _world.PowerCycle();
        _world.RunUntil(() => _world.Program != null);
        Assert.Equal("good-1", _world.Program!.Behaviour);
    }

    [Fact]
    public void A_command_is_answered_by_the_program()
    {
        _world.Hub.Update("1.0.0", 1, _world.Image("good-1"), 0);
        _world.RunUntil(() => _world.Hub.Sender!.State == OtaStates.Confirmed);
        _world.Hub.Send(TopicKind.Command, new JsonWriter().Add("name", "echo").Add("data", new JsonWriter().Add("text", "hi")).Add("transaction", "t1"));
        _world.Hub.Send(TopicKind.Command, new JsonWriter().Add("name", "boom"));
        _world.RunUntil(() => _world.Hub.Heard.Count(m => m.Kind == TopicKind.Response) == 2);

        var answers = _world.Hub.Heard.Where(m => m.Kind == TopicKind.Response).Select(m => m.Body).ToList();
        Assert.Equal("ok", answers[0].Get("status"));
        Assert.Equal("t1", answers[0].Get("transaction"));
        Assert.Equal("hi", answers[0].OptionalObject("data")!.Get("heard"));
        Assert.Equal("error", answers[1].Get("status"));
    }

    [Theory]
    [InlineData("\"key\":\"0123\"", "key")]
    [InlineData("\"site\":\"No Good\"", "site")]
    [InlineData("\"port\":70000", "port")]
    [InlineData("\"window\":65", "window")]
    [InlineData("\"watchdog_ms\":\"long\"", "watchdog_ms")]
    [InlineData("\"log_level\":\"loud\"", "log_level")]
    public void A_bad_configuration_is_refused_by_a_sentence_that_names_the_member(string member, string name)
    {
        string[] members = ["\"site\":\"home\"", "\"device\":\"d\"", "\"type\":\"t\"", "\"key\":\"" + new string('a', 64) + "\"", "\"host\":\"h\"", "\"port\":1883"];
        string json = "{" + string.Join(',', members.Where(m => !m.StartsWith($"\"{name}\"", StringComparison.Ordinal)).Append(member)) + "}";
        Assert.Null(DeviceConfiguration.Read(Encoding.UTF8.GetBytes(json), out string problem));
        Assert.Contains($"\"{name}\"", problem);
    }
}
