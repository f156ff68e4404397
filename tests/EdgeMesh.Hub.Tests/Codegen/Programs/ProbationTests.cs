using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Programs;

namespace EdgeMesh.Hub.Tests.Codegen.Programs;

/// <summary>What condemns a program while it is watched, and what must not; and what a dry run lets one expect.</summary>
public sealed class ProbationTests
{
    private static readonly TimeSpan Start = TimeSpan.FromDays(3);
    private static readonly ProgramOptions Options = new() { Tolerance = 3, SlackS = 30, FaultsMax = 3, HeapFreeBytesMin = 8192 };
    private static readonly ExpectedBehaviour Thermometer = new([new ExpectedReading("telemetry", "temperature", 30)], 5);

    [Fact]
    public void Faults_are_added_up_over_messages_and_restarts_of_the_hub_and_the_device_s_own_words_are_the_reason()
    {
        Probation watch = Watch(faults: 1);
        watch.Reported(new Health { Faults = 1, HeapFreeBytes = 50_000 });
        Assert.Equal(ProbationVerdict.GoesOn, watch.At(Start));
        watch.Complained("The program stopped: OSError: 5.");
        watch.Reported(new Health { Faults = 1, HeapFreeBytes = 50_000 });
        Assert.Equal(ProbationVerdict.Unhealthy, watch.At(Start));
        Assert.Equal("It stopped 3 times. The device says: The program stopped: OSError: 5.", watch.Cause);
    }

    [Fact]
    public void Little_memory_condemns_when_it_is_so_twice_in_a_row()
    {
        Probation watch = Watch();
        foreach (long free in (long[])[8000, 9000, 8000])
        {
            watch.Reported(new Health { HeapFreeBytes = free });
            Assert.Equal(ProbationVerdict.GoesOn, watch.At(Start));
        }

        watch.Reported(new Health { HeapFreeBytes = 8191 });
        Assert.Equal(ProbationVerdict.Unhealthy, watch.At(Start));
    }

    [Theory]
    [InlineData(44_999, ProbationVerdict.GoesOn)]
    [InlineData(45_001, ProbationVerdict.Unhealthy)]
    public void A_loop_may_take_some_times_as_long_as_in_its_dry_run_and_no_longer(long loopMs, ProbationVerdict verdict)
    {
        Probation watch = Watch();
        watch.Reported(new Health { HeapFreeBytes = 50_000, LoopMs = loopMs });
        Assert.Equal(verdict, watch.At(Start));
    }

    [Fact]
    public void Silence_condemns_after_its_patience_and_only_while_the_device_is_there()
    {
        Probation watch = Watch(until: 3600);
        watch.Offline(Start);
        Assert.Equal(ProbationVerdict.GoesOn, watch.At(After(500)));
        watch.Online(After(500));
        watch.Published("telemetry", new HashSet<string> { "humidity" }, After(600));
        watch.Published("state", new HashSet<string> { "temperature" }, After(600));
        Assert.Equal(ProbationVerdict.GoesOn, watch.At(After(620)));
        Assert.Equal(ProbationVerdict.Unhealthy, watch.At(After(620.1)));
        Assert.Equal("It published no temperature for 120 s; in its dry run 30 s was the longest.", watch.Cause);
    }

    [Fact]
    public void It_ends_well_only_where_the_device_is_there_to_be_asked()
    {
        Probation watch = new(new ExpectedBehaviour([], 0), Options, After(10), 0);
        Assert.Equal(ProbationVerdict.GoesOn, watch.At(After(100)));
        watch.Online(After(100));
        Assert.Equal(ProbationVerdict.GoesOn, watch.At(After(104)));
        Assert.Equal(ProbationVerdict.Healthy, watch.At(After(105)));
    }

    /// <summary>With or without a word of the broker that the device was gone.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_program_that_keeps_resetting_its_board_is_condemned_although_it_is_never_silent_for_long_at_once(bool toldOffline)
    {
        Probation watch = Watch(until: 10);
        for (int resets = 0; resets < (toldOffline ? 6 : 3); resets++)
        {
            Assert.Equal(ProbationVerdict.GoesOn, watch.At(After((30 * resets) + 20)));
            if (toldOffline)
            {
                watch.Offline(After((30 * resets) + 20));
            }

            watch.Online(After(30 * (resets + 1)));
        }

        Assert.Equal(ProbationVerdict.Unhealthy, watch.At(After(181)));
        Assert.Equal($"It published no temperature for {(toldOffline ? 121 : 181)} s; in its dry run 30 s was the longest.", watch.Cause);
    }

    [Fact]
    public void It_ends_well_only_once_what_is_expected_of_it_came()
    {
        Probation watch = Watch(until: 60);
        Assert.Equal(ProbationVerdict.GoesOn, watch.At(After(100)));
        watch.Published("telemetry", new HashSet<string> { "temperature" }, After(100));
        Assert.Equal(ProbationVerdict.Healthy, watch.At(After(100)));
    }

    [Fact]
    public void What_could_not_be_heard_since_the_hub_was_away_is_held_against_nobody()
    {
        Probation watch = Watch();
        for (int times = 0; times < 5; times++)
        {
            Assert.Equal(ProbationVerdict.GoesOn, watch.At(After((times * 1000) + 110)));
            watch.Missed(After((times * 1000) + 110));
            watch.Online(After((times + 1) * 1000));
        }

        Assert.Equal(ProbationVerdict.Unhealthy, watch.At(After(5121)));
    }

    /// <summary>Any run of a device that keeps its period, with an outage anywhere, is left alone.</summary>
    [Fact]
    public void Who_does_what_the_dry_run_did_is_never_condemned()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            Probation watch = Watch(until: 3600);
            TimeSpan now = Start;
            while (now < After(3600))
            {
                Assert.True(watch.At(now) == ProbationVerdict.GoesOn, $"seed {seed}: {watch.Cause}");
                now = now + TimeSpan.FromSeconds(20 + (random.NextDouble() * 15));
                if (random.Next(20) == 0)
                {
                    watch.Offline(now);
                    now = now + TimeSpan.FromSeconds(random.Next(2000));
                    Assert.Equal(ProbationVerdict.GoesOn, watch.At(now));
                    watch.Online(now);
                }

                watch.Published("telemetry", new HashSet<string> { "temperature" }, now);
                watch.Reported(new Health { HeapFreeBytes = 10_000, LoopMs = 5000 });
            }

            Assert.Equal(ProbationVerdict.Healthy, watch.At(now + TimeSpan.FromSeconds(6)));
        }
    }

    [Fact]
    public void What_the_request_promised_at_a_period_is_expected_with_the_longest_gap_that_the_dry_run_had()
    {
        ExpectedReading[] expected = Expect(
            new Scenario(100) { Inputs = [new ScenarioInput { Pin = 4, Level = 1 }], Expect = [new Expectation { Publishes = "t", EveryS = 10 }] }, [10, 20, 60, 90], promised: true);
        Assert.Equal([new ExpectedReading("telemetry", "t", 40)], expected);
    }

    [Fact]
    public void What_an_event_of_the_scripted_world_may_have_caused_is_not_expected()
    {
        Scenario eventful = new(60) { Inputs = [new ScenarioInput { Pin = 4, Level = 1 }] };
        Assert.Empty(Expect(eventful, [10, 20, 30, 40, 50]));
        Assert.Equal([new ExpectedReading("telemetry", "t", 10)], Expect(eventful with { Inputs = [] }, [10, 20, 30, 40, 50]));
    }

    [Theory]
    [InlineData(10.0, 20.0, 30.0)] // too few to be a rule
    [InlineData(1.0, 2.0, 3.0, 4.0, 5.0)] // it stops
    [InlineData(5.0, 10.0, 40.0, 45.0, 50.0, 55.0)] // a pause
    public void What_is_not_regular_is_not_expected(params double[] times) => Assert.Empty(Expect(new Scenario(60), times));

    private static TimeSpan After(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    private static Probation Watch(long faults = 0, int until = 600)
    {
        Probation watch = new(Thermometer, Options, After(until), faults);
        watch.Online(Start);
        return watch;
    }

    private static ExpectedReading[] Expect(Scenario scenario, double[] times, bool promised = false)
    {
        JsonElement values = JsonDocument.Parse("""{"t":1}""").RootElement;
        BehaviourReport report = new(true, "", scenario.DurationS, DryRunEnds.Duration)
        {
            Publishes = [.. times.Select(t => new PublishedMessage(t, "telemetry", true) { Values = values })],
            Expectations = [.. scenario.Expect.Select(e => new ExpectationResult(e, promised, ""))],
        };
        return [.. ExpectedBehaviour.Of(Packages.Content("", scenario) with { Report = report }).Readings];
    }
}
