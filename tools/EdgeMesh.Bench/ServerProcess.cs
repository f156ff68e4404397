using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Net.Http;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace EdgeMesh.Bench;

/// <summary>A .NET server on a Unix socket, in a process of its own; timed from its start to its first answer.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private readonly Process _process;
    private readonly Stopwatch _watch;

    private ServerProcess(Process process, Stopwatch watch, HttpClient http)
    {
        _process = process;
        _watch = watch;
        Http = http;
    }

    internal HttpClient Http { get; }

    internal double StartMs { get; private set; }

    internal double ElapsedMs => _watch.Elapsed.TotalMilliseconds;

    internal ProcessMemory Memory => new(_process.Id);

    internal static async Task<ServerProcess> StartAsync(string[] arguments, string socket, string path)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Stopwatch watch = Stopwatch.StartNew();
        Process process = Process.Start(start) ?? throw new Win32Exception("dotnet could not be started.");
        process.OutputDataReceived += (_, line) => Show(line.Data);
        process.ErrorDataReceived += (_, line) => Show(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        ServerProcess server = new(process, watch, Client(socket));
        await server.AnswersAsync(path).ConfigureAwait(false);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _ = Kill(_process.Id, Terminate);
        using CancellationTokenSource limit = new(StopLimit);
        await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        _process.Dispose();
    }

    // A benchmark of a server that complains would be void; one that did not start says why.
    private static void Show(string? line)
    {
        if (line is not null && (line.Contains("fail:", StringComparison.Ordinal) || line.Contains("crit:", StringComparison.Ordinal)
            || line.StartsWith("error:", StringComparison.Ordinal)))
        {
            Progress.Say($"server: {line}");
        }
    }

    private async Task AnswersAsync(string path)
    {
        while (true)
        {
            try
            {
                using StringContent nothing = new("{}");
                using HttpResponseMessage response = await Http.PostAsync(new Uri(path, UriKind.Relative), nothing).ConfigureAwait(false);
                StartMs = ElapsedMs;
                return;
            }
            catch (HttpRequestException) when (!_process.HasExited && _watch.Elapsed < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(1).ConfigureAwait(false);
            }
        }
    }

    private static HttpClient Client(string socket) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellation) =>
        {
            Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation).ConfigureAwait(false);
                return new NetworkStream(connection, ownsSocket: true);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        },
    }) { BaseAddress = new Uri("http://server/") };

    [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
