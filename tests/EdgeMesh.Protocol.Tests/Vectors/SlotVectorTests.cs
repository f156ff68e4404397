using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Protocol.Slots;
using EdgeMesh.VectorGenerator;

namespace EdgeMesh.Protocol.Tests.Vectors;

public sealed class SlotVectorTests
{
    public static TheoryData<string> Records => VectorFile.Names("boot-record", "records");

    public static TheoryData<string> Damaged => VectorFile.Names("boot-record", "damaged");

    public static TheoryData<string> Newest => VectorFile.Names("boot-record", "newest");

    public static TheoryData<string> Slots => VectorFile.Names("boot-slots", "scenarios");

    public static TheoryData<string> Trials => VectorFile.Names("trial", "scenarios");

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_is_read_and_written_as_the_case_says(string name)
    {
        JsonObject c = VectorFile.Named(VectorFile.Load("boot-record"), "records", name);
        BootRecord record = BootRecord.Read(c.Utf8("text"))!;
        long generation = record.Generation--;
        Assert.Equal(c.Text("text"), Encoding.UTF8.GetString(record.Next(out int file)));
        Assert.Equal((generation, generation % 2), (record.Generation, file));
        AssertMembers(c["fields"]!.AsObject(), record);
    }

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_damaged_record_counts_as_absent(string name) =>
        Assert.Null(BootRecord.Read(VectorFile.Named(VectorFile.Load("boot-record"), "damaged", name).Utf8("text")));

    [Theory]
    [MemberData(nameof(Newest))]
    public void Of_two_records_the_newer_whole_one_counts(string name)
    {
        JsonObject c = VectorFile.Named(VectorFile.Load("boot-record"), "newest", name);
        byte[]? Bytes(string member) => c[member] == null ? null : c.Utf8(member);
        Assert.Equal(c.Number("generation"), BootRecord.Newest(Bytes("boot0"), Bytes("boot1")).Generation);
    }

    [Theory]
    [MemberData(nameof(Slots))]
    public void Boot_slots_change_as_the_scenario_says(string name)
    {
        JsonObject file = VectorFile.Load("boot-slots");
        JsonObject scenario = VectorFile.Named(file, "scenarios", name);
        BootRecord record = ScenarioPlayer.RecordOf(scenario["record"]!.AsObject());
        foreach (JsonObject step in VectorFile.List(scenario, "steps"))
        {
            string? selected = ScenarioPlayer.Step(record, file["manifests"]!.AsObject(), step.Text("event"));
            Assert.Equal((string?)step["result"], selected);
        }

        AssertMembers(scenario["after"]!.AsObject(), record);
    }

    [Theory]
    [MemberData(nameof(Trials))]
    public void A_trial_goes_as_the_scenario_says(string name)
    {
        JsonObject scenario = VectorFile.Named(VectorFile.Load("trial"), "scenarios", name);
        BootRecord record = ScenarioPlayer.RecordOf(scenario["record"]!.AsObject());
        Trial trial = new(record, new TrialOptions(), 0);
        foreach (JsonObject step in VectorFile.List(scenario, "steps"))
        {
            string[] effects = ScenarioPlayer.Step(trial, record, step.Number("at"), step.Text("event"));
            Assert.Equal(ScenarioText.Expected(step), ScenarioText.Actual(step, effects, trial.DueMs));
        }

        AssertMembers(scenario["after"]!.AsObject(), record);
    }

    private static void AssertMembers(JsonObject expected, BootRecord record)
    {
        JsonObject actual = ScenarioPlayer.MembersOf(record);
        Assert.Equal(Lines(expected), Lines(actual));
    }

    private static IEnumerable<string> Lines(JsonObject record) => record.Where(m => m.Key != "generation")
        .Select(m => m.Key + " " + m.Value!.Line()).Order(StringComparer.Ordinal);
}
