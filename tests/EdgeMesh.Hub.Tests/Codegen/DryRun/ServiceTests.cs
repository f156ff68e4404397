using System;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Tests.Codegen.DryRun;

[Collection(DryRunTests.Name)]
public sealed class ServiceTests(DryRunFixture dryRun)
{
    private const string Porch = """
        import time, edgemesh, dht
        from machine import Pin
        sensor = dht.DHT22(Pin(4))
        relay = Pin(26, Pin.OUT, value=0)
        def loop():
            sensor.measure()
            edgemesh.publish(temperature=sensor.temperature())
            relay.value(sensor.temperature() > 28)
            time.sleep(30)
        """;

    private static readonly Scenario Warming = ScenarioJson.Read("""
        {"duration_s": 600, "inputs": [{"pin": 4, "sensor": "dht22", "temperature_c": 21.5}, {"at_s": 300, "pin": 4, "sensor": "dht22", "temperature_c": 28.1}],
         "expect": [{"publishes": "temperature", "every_s": 30, "tolerance_s": 1}, {"pin": 26, "level": 1, "from_s": 300, "within_s": 31}]}
        """).Value;

    [Fact]
    public async Task What_a_program_does_is_reported_and_judged()
    {
        BehaviourReport report = await dryRun.RunAsync(Porch, Warming);
        Assert.True(report.Ok, report.Verdict);
        Assert.Equal(DryRunEnds.Duration, report.Ended);
        Assert.Equal(20, report.Loop.Count);
        Assert.All(report.Expectations, e => Assert.True(e.Met, e.Sentence));
        Assert.Equal(Warming.Expect.Select(e => e.Publishes), report.Expectations.Select(e => e.Expect.Publishes));
        PinTimeline relay = Assert.Single(report.Pins, p => p is { Pin: 26, Kind: "out" });
        Assert.Equal([0, 1], relay.Transitions.Select(t => t[1].GetInt32()));
    }

    [Fact]
    public async Task The_same_again_gives_the_same_report_in_another_worker()
    {
        BehaviourReport[] reports = await Task.WhenAll(dryRun.RunAsync(Porch, Warming), dryRun.RunAsync(Porch, Warming));
        Assert.Equal(JsonSerializer.Serialize(reports[0], ScenarioJson.Options), JsonSerializer.Serialize(reports[1], ScenarioJson.Options));
    }

    [Fact]
    public async Task A_report_survives_its_own_json()
    {
        string json = JsonSerializer.Serialize(await dryRun.RunAsync(Porch, Warming), ScenarioJson.Options);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<BehaviourReport>(json, ScenarioJson.Options), ScenarioJson.Options));
    }

    [Fact]
    public async Task A_cancelled_run_ends_at_once_and_takes_its_process_with_it()
    {
        using CancellationTokenSource cancelled = new(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => dryRun.Service.RunAsync("def main():\n    return 3 ** 100000000", new Scenario(60), cancelled.Token));
    }

    [Theory]
    [InlineData("""{"duration_s": 0}""", "duration_s")]
    [InlineData("""{}""", "duration_s")]
    [InlineData("""{"duration_s": 1e9}""", "31 days")]
    [InlineData("""{"duration_s": 1, "board": "uno"}""", "board")]
    [InlineData("""{"duration_s": 1, "colour": 1}""", "colour")]
    [InlineData("""{"duration_s": 1, "inputs": [{"pin": 4}]}""", "inputs[0]")]
    [InlineData("""{"duration_s": 1, "inputs": [{"pin": 4, "level": 2}]}""", "level")]
    [InlineData("""{"duration_s": 1, "inputs": [{"pin": 4, "level": 1}, {"pin": 99, "level": 1}]}""", "inputs[1]: there is no pin 99")]
    [InlineData("""{"duration_s": 1, "inputs": [{"pin": 4, "sensor": "thermometer"}]}""", "the sensors are")]
    [InlineData("""{"duration_s": 1, "inputs": [{"pin": 4, "sensor": "hcsr04", "distance_cm": 4}]}""", "trigger_pin")]
    [InlineData("""{"duration_s": 1, "inputs": [{"pin": 4, "pulses": 1000000, "period_s": 1}]}""", "pulses")]
    [InlineData("""{"duration_s": 1, "inputs": [{"pin": 4, "fault": "explodes"}]}""", "the faults are")]
    [InlineData("""{"duration_s": 1, "inputs": [{"command": {"name": "x", "data": 3}}]}""", "object")]
    [InlineData("""{"duration_s": 1, "expect": [{"pin": 4}]}""", "expect[0]")]
    [InlineData("""{"duration_s": 1, "expect": [{"level": 1}]}""", "pin is missing")]
    [InlineData("""{"duration_s": 1, "expect": [{"pin": 4, "level": 1, "exceptions": 0}]}""", "in more than one way")]
    [InlineData("""[1]""", "not what is read")]
    [InlineData("""null""", "null")]
    [InlineData("""{"duration_s":""", "not what is read")]
    public void A_scenario_that_cannot_be_played_is_refused_with_what_is_wrong(string json, string words)
    {
        Result<Scenario> scenario = ScenarioJson.Read(json);
        Assert.Equal(ErrorCodes.InvalidArgument, scenario.Error?.Code);
        Assert.Contains(words, scenario.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_above_the_limit_is_not_run()
    {
        Result<BehaviourReport> refused = await dryRun.Service.RunAsync("#" + new string('x', 64 * 1024), new Scenario(1), CancellationToken.None);
        Assert.Equal(ErrorCodes.InvalidArgument, refused.Error?.Code);
    }
}
