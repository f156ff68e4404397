using System;
using System.IO;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>
/// Workers behind a Unix socket, one a connection: <c>edgemesh-sandbox.socket</c> starts <c>edgemesh sandbox-worker</c> for each. The hub's hardened
/// unit can make no namespaces; that one can, and has nothing else. The lines are a worker's own; where it cannot start or ends early, a line
/// says why: <c>{"unavailable":…}</c> first, or <c>{"errors":…}</c> instead of a report.
/// </summary>
internal sealed class SandboxSocket(string path) : WorkerSource
{
    private const string UnavailableMember = "unavailable", ErrorsMember = "errors";

    internal override async Task<Result<WorkerLink>> OpenAsync(CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return new Link(socket);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or ArgumentException)
        {
            socket.Dispose();
            return Unavailable($"DryRun:Socket is {path}, and there {Cause(failure)}. Start the unit with `systemctl enable --now edgemesh-sandbox.socket`, or leave "
                + "DryRun:Socket empty where the hub itself may make namespaces.");
        }
    }

    internal override Error Explain(string said) => Member(said, UnavailableMember) is { } why
        ? new Error(Contracts.ErrorCodes.SandboxUnavailable, Printable.Of(why))
        : Unavailable($"the unit behind {path} ended the connection without a word: too many workers at once, or it failed (`journalctl -u 'edgemesh-sandbox@*'` tells).");

    public override void Dispose()
    {
        // Each connection is its worker's; nothing else is held.
    }

    /// <summary>The line that says why there is no worker.</summary>
    internal static string Refusal(Error error) => new JsonObject { [UnavailableMember] = error.Message }.ToJsonString();

    /// <summary>The line that says how a worker ended.</summary>
    internal static string LastWords(Task<string> errors) => new JsonObject { [ErrorsMember] = errors.Result }.ToJsonString();

    /// <summary>What such a line says; null where it is another line.</summary>
    internal static string? LastWords(string line) => Member(line, ErrorsMember);

    private static string Cause(Exception failure) => failure is SocketException refused
        ? refused.SocketErrorCode switch
        {
            // What .NET makes of ENOENT.
            SocketError.AddressNotAvailable => "is no socket",
            SocketError.ConnectionRefused => "nobody listens",
            SocketError.AccessDenied => "the hub's account may not connect",
            _ => refused.Message.TrimEnd('.'),
        }
        : failure is ArgumentException ? "can be no socket: the path is too long" : "nobody answers";

    private static string? Member(string line, string name)
    {
        if (!line.StartsWith($"{{\"{name}\":", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(line) is JsonObject o && o[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private sealed class Link(Socket socket) : WorkerLink
    {
        private readonly NetworkStream _stream = new(socket, ownsSocket: true);

        internal override Stream Input => _stream;

        internal override Stream Output => _stream;

        // Readable without anything to read is the end of the connection.
        internal override bool IsAlive => !socket.Poll(TimeSpan.Zero, SelectMode.SelectRead) || socket.Available > 0;

        internal override Task<string> Errors => Task.FromResult("");

        public override ValueTask DisposeAsync() => _stream.DisposeAsync();
    }
}
