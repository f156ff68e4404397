using System;
using System.Linq;
using EdgeMesh.Simulation.Bugs;
using Xunit.Abstractions;

namespace EdgeMesh.Simulation.Tests;

/// <summary>The net has no hole for any of these: each is caught within five hundred seeds.</summary>
public sealed class SeededBugTests(ITestOutputHelper output)
{
    public static TheoryData<SeededBug> Bugs => [.. Enum.GetValues<SeededBug>().Where(b => b != SeededBug.None)];

    [Theory]
    [MemberData(nameof(Bugs))]
    public void A_seeded_bug_is_caught(SeededBug bug)
    {
        RunResult? caught = BugTable.Catch(bug);
        output.WriteLine(BugTable.Line(bug, caught));
        Assert.NotNull(caught);
    }
}
