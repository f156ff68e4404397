using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.Hub.Tests.Codegen.DryRun;

/// <summary>The sandbox's boards are the policy's.</summary>
[Collection(DryRunTests.Name)]
public sealed class BoardTests(DryRunFixture dryRuns)
{
    private const string AskEveryPin = """
        from machine import Pin

        def able(number, mode):
            try:
                Pin(number, mode)
                return True
            except Exception:
                return False

        def main():
            print(sum(1 << n for n in range(64) if able(n, Pin.IN)))
            print(sum(1 << n for n in range(64) if able(n, Pin.OUT)))
        """;

    public static TheoryData<string> Boards => [.. PolicyData.Shipped.Boards.Keys];

    [Theory]
    [MemberData(nameof(Boards))]
    public async Task A_pin_is_there_in_the_sandbox_exactly_where_the_policy_knows_it(string name)
    {
        Board board = PolicyData.Shipped.Boards[name];
        BehaviourReport report = await dryRuns.RunAsync(AskEveryPin, new Scenario(1) { Board = name });
        Assert.Equal([Bits(board.Pins), Bits(board.Pins.Except(board.InputOnly))], report.Output.Select(o => o.Text.Trim()));
    }

    private static string Bits(IEnumerable<int> pins) => pins.Aggregate(0UL, (bits, pin) => bits | 1UL << pin).ToString(CultureInfo.InvariantCulture);
}
