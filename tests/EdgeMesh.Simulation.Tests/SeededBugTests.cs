using EdgeMesh.Simulation.Bugs;
using Xunit.Abstractions;

namespace EdgeMesh.Simulation.Tests;

/// <summary>The net has no hole for any of these: each is caught within five hundred seeds.</summary>
public sealed class SeededBugTests(ITestOutputHelper output)
{
    public static TheoryData<SeededBug> Bugs => [.. BugTable.Of(Fleet.Nano)];

    // Those that few seeds catch; tools/sim --bugs --micropython runs all.
    public static TheoryData<SeededBug> MicroPythonBugs =>
    [
        SeededBug.ConfirmWithoutTheHub, SeededBug.OverwriteTheActiveSlot, SeededBug.ForgetTheTransfer, SeededBug.AcknowledgeBeforeFlush,
        SeededBug.ApplyWithoutComplete, SeededBug.ForgetTheHighestSequence,
    ];

    [Fact]
    public void An_agent_that_goes_on_without_memory_is_caught() => Assert.NotNull(Run.Once(65, SeededBug.GoOnWithoutMemory, fleet: Fleet.MicroPython).Problem);

    [Theory]
    [MemberData(nameof(MicroPythonBugs))]
    public void A_seeded_bug_of_the_MicroPython_agent_is_caught(SeededBug bug)
    {
        RunResult? caught = BugTable.Catch(bug, Fleet.MicroPython);
        output.WriteLine(BugTable.Line(bug, caught));
        Assert.NotNull(caught);
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    public void A_seeded_bug_is_caught(SeededBug bug)
    {
        RunResult? caught = BugTable.Catch(bug);
        output.WriteLine(BugTable.Line(bug, caught));
        Assert.NotNull(caught);
    }
}
