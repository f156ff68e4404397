using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Http;

/// <summary>Speaks HTTP with the hub on its Unix socket.</summary>
internal sealed class HubClient : IDisposable
{
    /// <summary>Names the socket where <c>--socket</c> does not.</summary>
    internal const string SocketVariable = "EDGEMESH_SOCKET";

    // sockaddr_un holds 108 bytes, the last one zero.
    private const int SocketPathBytesMax = 107;

    private readonly string _socket;
    private readonly HttpClient _http;

    private HubClient(string socket)
    {
        _socket = socket;
        SocketsHttpHandler handler = new() { UseProxy = false, ConnectCallback = (_, cancellation) => ConnectAsync(socket, cancellation) };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://hub/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The socket where none is named.</summary>
    internal static string DefaultSocket => Environment.GetEnvironmentVariable(SocketVariable) is { Length: > 0 } named ? named : new HubOptions().Socket;

    /// <summary>A client of the hub behind a socket; nothing is sent yet.</summary>
    internal static Result<HubClient> Create(string socket) => Encoding.UTF8.GetByteCount(socket) is > 0 and <= SocketPathBytesMax
        ? new HubClient(socket)
        : new Error(ErrorCodes.InvalidArgument, $"\"{socket}\" cannot be a socket's path: it takes 1 to {SocketPathBytesMax} bytes.");

    /// <summary>Runs an operation of the hub's catalogue and gives its data.</summary>
    internal Task<Result<JsonNode?>> RunAsync(string operation, JsonObject parameters, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, $"v1/operations/{operation}") { Content = Body(parameters) }, cancellation);

    /// <summary>The same for a language model's tool: what it makes is kept as made by that.</summary>
    internal Task<Result<JsonNode?>> RunForToolAsync(string operation, JsonObject parameters, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(HttpMethod.Post, $"v1/operations/{operation}") { Content = Body(parameters) };
        request.Headers.UserAgent.ParseAdd(Caller.ToolAgent);
        return SendAsync(request, cancellation);
    }

    /// <summary>Uploads an image.</summary>
    /// <param name="query">The description, as a query string.</param>
    /// <param name="content">The image.</param>
    /// <param name="cancellation">Ends the upload; the hub keeps nothing of it.</param>
    internal Task<Result<JsonNode?>> UploadAsync(string query, HttpContent content, CancellationToken cancellation)
    {
        HttpRequestMessage request = new(HttpMethod.Post, "v1/firmware?" + query) { Content = content };
        // What the hub refuses by description or length is refused before the image is sent.
        request.Headers.ExpectContinue = true;
        return SendAsync(request, cancellation);
    }

    /// <summary>Begins to listen to the hub's events: what happens after this is heard.</summary>
    internal async Task<Result<StreamReader>> SubscribeAsync(CancellationToken cancellation)
    {
        try
        {
            HttpResponseMessage response = await _http.GetAsync("v1/events", HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? new StreamReader(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false))
                : NotOurs(response.StatusCode);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return Unreachable(failure);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static ByteArrayContent Body(JsonObject parameters)
    {
        // Its length must be known: the hub reads no body without.
        ByteArrayContent body = new(JsonSerializer.SerializeToUtf8Bytes(parameters));
        body.Headers.ContentType = new("application/json");
        return body;
    }

    private async Task<Result<JsonNode?>> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.RequestEntityTooLarge)
            {
                return new Error(ErrorCodes.ImageTooLarge, $"The image is over {Limits.ImageBytesMax / 1024 / 1024} MiB, more than any device's slot takes.");
            }

            JsonNode? reply = await response.Content.ReadFromJsonAsync<JsonNode>(cancellation).ConfigureAwait(false);
            return (string?)reply?["status"] switch
            {
                "ok" => reply!["data"],
                "error" => reply!["error"].Deserialize<Error>(Operation.Json)!,
                _ => NotOurs(response.StatusCode),
            };
        }
        catch (JsonException)
        {
            return NotOurs(null);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return Unreachable(failure);
        }
        finally
        {
            request.Dispose();
        }
    }

    private Error NotOurs(HttpStatusCode? status) => new(
        ErrorCodes.Internal, $"What answers on {_socket} does not answer as this version's hub does (HTTP {(int?)status}); see the hub's log, and restart it after an update.");

    private Error Unreachable(Exception failure) => failure.GetBaseException() switch
    {
        SocketException { SocketErrorCode: SocketError.AccessDenied } => Unavailable($"You may not use the hub's socket {_socket}: join its group, or use sudo."),
        // What .NET makes of ENOENT.
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => NotRunning("there is no such socket"),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => NotRunning("nobody listens there"),
        Exception cause => NotRunning(cause.Message.TrimEnd('.')),
    };

    private Error NotRunning(string cause) =>
        Unavailable($"The hub does not answer on {_socket} ({cause}). Start it with `edgemesh hub` or `systemctl start edgemesh`, or name its socket with --socket.");

    private static Error Unavailable(string message) => new(ErrorCodes.HubUnavailable, message);
}
