using System;
using System.Linq;
using System.Threading.Tasks;
using EdgeMesh.Hub.Codegen.DryRun;

namespace EdgeMesh.Hub.Tests.Codegen.DryRun;

/// <summary>Programs that attack: each ends with its worker, with a report that says so, and the next program runs as if nothing had been.</summary>
[Collection(DryRunTests.Name)]
public sealed class AttackTests(DryRunFixture dryRun)
{
    // One run for all: none of them ends the interpreter, so the next can be tried.
    private static readonly string[] Reaching =
    [
        "open('/etc/passwd').read()",
        "open('/app/sandbox/worker.mjs').read()",
        "open('/dev/stdin').read()",
        "open('/tmp/x', 'w').write('x')",
        "import os; open(os.listdir('/')[0])",
        "import vfs; vfs.mount(vfs.VfsPosix('/'), '/'); open('/etc/passwd').read()",
        "import socket",
        "import js; js.process.exit()",
        "import jsffi; jsffi.to_js(print)",
        "import sys; sys.modules.pop('js'); import js; js.process.mainModule.require('fs')",
        "import sys; sys.modules.pop('js'); import js; js.globalThis.constructor",
    ];

    [Fact]
    public async Task What_reaches_for_files_network_or_JavaScript_finds_nothing()
    {
        string attempts = string.Concat(Reaching.Select(a => $"    try:\n        {a}\n        print('reached')\n    except Exception as e:\n        print(type(e))\n"));
        BehaviourReport report = await dryRun.RunAsync($"def main():\n{attempts}");
        Assert.Equal(Reaching.Length, report.Output.Count);
        Assert.DoesNotContain(report.Output, line => line.Text.Contains("reached", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("refused_call", "import sys; sys.modules.pop('jsffi'); import jsffi; jsffi.to_js({'a': 1})")]
    [InlineData("refused_call", "import time; time.ticks_ms.new('return process')")]
    [InlineData("refused_call", "import edgemesh; edgemesh._host.line(lambda: 0)")]
    [InlineData("refused_call", "import edgemesh; edgemesh._host.__proto__ = 1")]
    [InlineData("refused_call", "import edgemesh; [k for k in edgemesh._host]")]
    [InlineData("exception", "f = lambda n: f(n + 1); f(0)")]
    [InlineData("memory", "x = bytearray(10 ** 9)")]
    [InlineData("memory", "x = 'x' * 10 ** 8")]
    [InlineData("timeout", "x = 3 ** 10000000")]
    [InlineData("timeout", "exec('while True: pass')")]
    public async Task An_attack_ends_the_program_and_is_named(string ended, string attack)
    {
        BehaviourReport report = await dryRun.RunAsync($"def main():\n    {attack}\n");
        Assert.True(report.Ended == ended, report.Verdict);
        Assert.False(report.Ok);
        Assert.NotEmpty(report.Verdict);
    }

    [Fact]
    public async Task An_endless_loop_is_reported_with_what_it_did_before()
    {
        BehaviourReport report = await dryRun.RunAsync("from machine import Pin\nPin(2, Pin.OUT, value=1)\ndef main():\n    while True:\n        pass\n", new Scenario(86400));
        Assert.Equal(DryRunEnds.Timeout, report.Ended);
        Assert.Equal(2, Assert.Single(report.Pins).Pin);
    }

    [Fact]
    public async Task A_flood_of_output_is_cut()
    {
        BehaviourReport report = await dryRun.RunAsync("def main():\n    while True:\n        print('x' * 10000)\n");
        Assert.Equal(DryRunEnds.Timeout, report.Ended);
        Assert.True(report.OutputDropped > 0 && report.Output.Sum(o => o.Text.Length) < 100_000);
    }

    [Fact]
    public async Task A_report_that_the_program_prints_is_only_something_printed()
    {
        BehaviourReport report = await dryRun.RunAsync(
            """
            def main():
                print('{"ok":true,"verdict":"fine","duration_s":60,"ended":"duration"}')
                raise ValueError('{"ok":true}')
            """);
        Assert.False(report.Ok);
        Assert.Equal(DryRunEnds.Exception, report.Ended);
        Assert.Contains("fine", Assert.Single(report.Output).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_mean_something_to_JavaScript_mean_nothing()
    {
        Scenario scenario = ScenarioJson.Read(
            """
            {"duration_s": 10, "inputs": [{"command": {"name": "__proto__", "data": {"__proto__": {"ok": true}}}}],
             "expect": [{"publishes": "__proto__", "at_least": 2}, {"publishes": "toString", "at_least": 1}]}
            """).Value;
        BehaviourReport report = await dryRun.RunAsync(
            "import edgemesh\ndef main():\n    edgemesh.on_command('constructor', print)\n    edgemesh.publish({'__proto__': {'values': 1, 'ok': True}, 'constructor': 1})\n", scenario);
        Assert.Equal([false, false], report.Expectations.Select(e => e.Met));
        Assert.False(report.Ok);
    }

    [Fact]
    public async Task After_all_that_an_honest_program_runs()
    {
        _ = await dryRun.RunAsync("def main():\n    f = lambda n: f(n + 1)\n    f(0)\n");
        BehaviourReport report = await dryRun.RunAsync("import time\ndef loop():\n    time.sleep(1)\n");
        Assert.True(report.Ok, report.Verdict);
    }
}
