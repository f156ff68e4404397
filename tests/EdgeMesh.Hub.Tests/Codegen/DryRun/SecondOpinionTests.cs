using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Codegen.Generation;
using EdgeMesh.Hub.Results;
using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.Hub.Tests.Codegen.DryRun;

/// <summary>The second compiler as a gate.</summary>
[Collection(DryRunTests.Name)]
public sealed class SecondOpinionTests(DryRunFixture dryRun)
{
    private const string Plain = "import time\ndef setup():\n    pass\ndef loop():\n    time.sleep(1)\n";
    private const string Untaken = "import time\ndef setup():\n    print(f'{time.time()!r}')\ndef loop():\n    time.sleep(1)\n";

    private Task<GateReport> JudgeAsync(string source) =>
        new ProgramGates(dryRun.Service).JudgeAsync(source, new Scenario(60), new PolicyOptions(PolicyData.Shipped), CancellationToken.None);

    [Fact]
    public async Task A_program_on_which_both_agree_passes_and_one_without_a_second_opinion_does_not()
    {
        GateReport agreed = await JudgeAsync(Plain);
        Assert.True(agreed.Passed, agreed.Report?.Verdict);
        Assert.True(agreed.Report is { Bytecode.Agrees: true, Compiled: null });
        GateReport refused = await JudgeAsync(Untaken);
        Assert.True(refused.Report!.Ok);
        Assert.False(refused.Passed);
        Assert.Equal("bytecode", Assert.Single(refused.Findings, f => f.Rule.Severity == Severity.Refused).Rule.Id);
    }

    [Fact]
    public async Task What_the_compiler_never_comes_back_from_has_no_second_opinion()
    {
        Result<BytecodeReport> endless = await dryRun.Service.CompileAsync("x = 3 ** 100000000\n", CancellationToken.None);
        Assert.False(endless.Value.Agrees);
        Assert.NotEmpty(endless.Value.Disagreements.Single());
        Assert.True((await dryRun.Service.CompileAsync(Plain, CancellationToken.None)).Value.Agrees);
    }
}
