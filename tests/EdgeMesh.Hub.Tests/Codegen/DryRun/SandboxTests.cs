using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.DryRun;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Tests.Codegen.DryRun;

/// <summary>The sandbox on its own: what stands where the interpreter's host stood is as hostile as can be, and free to use all of Node.</summary>
public sealed class SandboxTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Each attempt adds what came of it; "reached" is what must not be.
    private const string Escapee = """
        import fs from 'node:fs';
        const said = [];
        const attempt = async (name, f) => { try { const got = await f(); said.push(`${name}: reached ${got ?? ''}`); } catch (e) { said.push(`${name}: ${e.code ?? e.message}`); } };
        console.log('{"ready":true}');
        await attempt('read', () => fs.readFileSync('/etc/passwd', 'utf8').slice(0, 10));
        await attempt('list', () => fs.readdirSync('/'));
        await attempt('root', () => fs.readdirSync('/root'));
        await attempt('write', () => fs.writeFileSync('/app/x', 'x'));
        await attempt('tmp', () => fs.writeFileSync('/tmp/x', 'x'));
        await attempt('fork', async () => (await import('node:child_process')).execFileSync('/bin/true'));
        await attempt('thread', async () => new (await import('node:worker_threads')).Worker('1', { eval: true }));
        await attempt('eval', () => (0, eval)('1'));
        await attempt('function', () => new Function('return 1')());
        await attempt('kill', () => { process.kill(process.ppid, 9); });
        await attempt('setuid', () => process.setuid(0));
        const net = await import('node:net');
        const connect = (options) => new Promise((done, fail) => net.connect(options).on('connect', () => done('peer')).on('error', fail));
        await attempt('network', () => connect({ host: '127.0.0.1', port: 22 }));
        await attempt('unix', () => connect({ path: '/run/docker.sock' }));
        await attempt('listen', () => new Promise((done, fail) => net.createServer().listen(0, () => done()).on('error', fail)));
        await attempt('addon', () => process.dlopen({ exports: {} }, '/lib/x86_64-linux-gnu/libc.so.6'));
        await attempt('environment', () => { if (Object.keys(process.env).length < 2) throw new Error('empty'); return JSON.stringify(process.env); });
        console.log(JSON.stringify({ ok: false, verdict: 'v', duration_s: 1, ended: 'duration', warnings: said }));
        setInterval(() => {}, 1000);
        """;

    private DryRunService Service(string worker, int deadlineS = 5)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "sandbox"));
        File.WriteAllText(Path.Combine(_folder.Path, "sandbox", "worker.mjs"), worker);
        string package = Path.Combine(_folder.Path, "node_modules", "@micropython", "micropython-webassembly-pyscript");
        Directory.CreateDirectory(package);
        File.WriteAllText(Path.Combine(package, "micropython.wasm"), "");
        return new DryRunService(new DryRunOptions { Folder = _folder.Path, DeadlineS = deadlineS }, TimeProvider.System);
    }

    private static Task<Result<BehaviourReport>> RunAsync(DryRunService service) => service.RunAsync("", new Scenario(1), CancellationToken.None);

    [Fact]
    public async Task Whoever_breaks_out_of_the_interpreter_reaches_nothing()
    {
        await using DryRunService service = Service(Escapee);
        Result<BehaviourReport> report = await RunAsync(service);
        Assert.True(report.IsOk, report.Error?.Message);
        Assert.Equal(16, report.Value.Warnings.Count);
        Assert.DoesNotContain(report.Value.Warnings, said => said.Contains("reached", StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "x")));
    }

    [Theory]
    [InlineData("console.log('{\"ready\":true}'); for (;;);", "timeout")]
    [InlineData("console.log('{\"ready\":true}'); const a = []; for (;;) a.push(new Array(1e5).fill({}));", "memory")]
    [InlineData("console.log('{\"ready\":true}'); const a = []; for (;;) a.push(Buffer.alloc(5e7, 1));", "memory")]
    [InlineData("console.log('{\"ready\":true}'); const b = 'x'.repeat(1e6); const more = () => process.stdout.write(b, more); more();", "timeout")]
    [InlineData("console.log('{\"ready\":true}'); const b = 'x'.repeat(1e6); for (;;) process.stderr.write(b);", "timeout")]
    [InlineData("console.log('{\"ready\":true}'); process.exit(0);", "timeout")]
    [InlineData("console.log('{\"ready\":true}'); process.abort();", "timeout")]
    public async Task Whatever_a_worker_does_it_is_only_a_worker(string worker, string ended)
    {
        await using DryRunService service = Service(worker, deadlineS: ended == "memory" ? 15 : 1);
        Stopwatch watch = Stopwatch.StartNew();
        Result<BehaviourReport> report = await RunAsync(service);
        Assert.Equal(ended, report.Value.Ended);
        Assert.False(report.Value.Ok);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
    }

    [Fact]
    public async Task Nothing_of_a_worker_is_left_when_it_was_ended()
    {
        // An argument that only this test's processes carry.
        string mark = Path.GetFileName(_folder.Path);
        await using (DryRunService service = Service("console.log('{\"ready\":true}'); for (;;);", deadlineS: 1))
        {
            _ = await RunAsync(service);
        }

        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc").Where(p => int.TryParse(Path.GetFileName(p), out _)), p => CommandLine(p).Contains(mark, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_report_that_is_none_is_a_defect_said_clearly()
    {
        await using DryRunService service = Service("console.log('{\"ready\":true}'); console.log('{\"ok\":true}'); setInterval(() => {}, 1000);");
        Assert.Equal(ErrorCodes.Internal, (await RunAsync(service)).Error?.Code);
    }

    [Fact]
    public async Task Without_a_sandbox_there_is_no_dry_run()
    {
        foreach (DryRunOptions options in new[] { new DryRunOptions { Folder = "/nowhere" }, new DryRunOptions { Node = "no-such-node" }, new DryRunOptions { Node = "/bin/true" } })
        {
            await using DryRunService service = new(options, TimeProvider.System);
            Assert.Equal(ErrorCodes.SandboxUnavailable, (await RunAsync(service)).Error?.Code);
            Assert.Equal(ErrorCodes.SandboxUnavailable, (await service.CheckAsync()).Error?.Code);
        }
    }

    [Theory]
    [InlineData("bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.", "namespaces")]
    [InlineData("/node: bad option: --disable-wasm-trap-handler", "20.15")]
    public void Why_there_is_no_sandbox_is_said_with_what_to_do(string stderr, string words)
    {
        using Sandbox sandbox = Sandbox.Find(new DryRunOptions()).Value;
        Error error = sandbox.Explain(stderr);
        Assert.Equal(ErrorCodes.SandboxUnavailable, error.Code);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
