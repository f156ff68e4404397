using EdgeMesh.MicroPython.Policy;
using Xunit.Abstractions;

namespace EdgeMesh.MicroPython.Tests.Policy;

/// <summary>What a judgement costs, in bytes: time depends on the machine and on what else runs there.</summary>
public sealed class CostTests(ITestOutputHelper output)
{
    private const int Length = 10 * 1024;

    // A quarter above what it was when this was written: 492 KiB. With 781 KiB a judgement took a third longer.
    private const long MostBytes = 615 * 1024;

    [Fact]
    public void Judging_10_KB_of_ordinary_programs_allocates_no_more_than_a_known_amount()
    {
        PolicyOptions options = new(PolicyData.Shipped.AllowHosts(["api.test"]));
        string program = "";
        foreach ((string _, string text) in Programs.Benign.TakeWhile(p => program.Length + p.Text.Length <= Length))
        {
            program += text;
        }

        Assert.InRange(program.Length, Length * 9 / 10, Length);
        ProgramPolicy.Judge(program, options);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ProgramPolicy.Judge(program, options);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"counted: {bytes} bytes for {program.Length} characters");
        Assert.InRange(bytes, 1, MostBytes);
    }
}
