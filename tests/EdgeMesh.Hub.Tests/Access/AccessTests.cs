using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Access;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Tests.Broker;

namespace EdgeMesh.Hub.Tests.Access;

/// <summary>The hub's doors: who may ask over TCP, and what.</summary>
public sealed class AccessTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _port = BrokerHub.FreePort();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_on_TCP_is_answered_without_a_valid_token_and_wrong_ones_are_audited_without_themselves_and_bounded()
    {
        await using RunningHub hub = await StartAsync("--Http:RefusalsPerMinute", "3");
        string good = await TokenAsync(hub, "viewer");
        foreach (string? wrong in (string?[])[null, "", good + "x"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(wrong, "devices-list")).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync("x", "devices-list")).Status);
        using HttpClient client = Client(null);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.GetAsync("v1/events")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(good, "devices-list")).Status);
        AuditEntry[] refused = [.. hub.Get<AuditLog>().List(0, 100).Where(e => e.Outcome == ErrorCodes.Unauthorized)];
        Assert.Equal(3, refused.Length);
        Assert.DoesNotContain(refused, e => e.ToString().Contains(good, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_operation_that_changes_anything_is_refused_to_a_viewer_and_those_on_tokens_to_everybody_on_TCP()
    {
        await using RunningHub hub = await StartAsync();
        string viewer = await TokenAsync(hub, TokenRoles.Viewer);
        string operates = await TokenAsync(hub, TokenRoles.Operator);
        foreach (Operation operation in hub.Get<OperationCatalogue>().All)
        {
            (HttpStatusCode status, string code) = await AskAsync(viewer, operation.Name);
            bool refused = operation.Changes || operation.Name.StartsWith(TokenOperations.Prefix, StringComparison.Ordinal);
            Assert.True(refused == (status == HttpStatusCode.Forbidden && code == ErrorCodes.Forbidden), $"{operation.Name}: {status} {code}");
        }

        using HttpClient client = Client(viewer);
        using HttpResponseMessage upload = await client.PostAsync("v1/firmware?id=a&version=1&type=t&kind=nano-app", new ByteArrayContent([1]));
        Assert.Equal(HttpStatusCode.Forbidden, upload.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(operates, "devices-add", """{"id":"porch","type":"test"}""")).Status);
        Assert.Equal((HttpStatusCode.Forbidden, ErrorCodes.Forbidden), await AskAsync(operates, "tokens-add", """{"name":"more"}"""));
        Assert.Equal((HttpStatusCode.Forbidden, ErrorCodes.Forbidden), await AskAsync(operates, "tokens-list"));
        Assert.Contains(hub.Get<AuditLog>().List(0, 10), e => e is { Actor: "token:operator", Action: "devices-add", Subject: "porch", Outcome: "ok" });
    }

    [Fact]
    public async Task A_token_that_was_removed_or_has_run_out_opens_nothing_from_the_next_request_on_and_a_busy_one_waits()
    {
        await using RunningHub hub = await StartAsync("--Http:RequestsPerSecond", "2");
        string token = await TokenAsync(hub, TokenRoles.Viewer);
        string brief = await TokenAsync(hub, TokenRoles.Operator, """{"name":"operator","role":"operator","ttl_s":1}""");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(token, "devices-list")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(token, "devices-list")).Status);
        Assert.Equal((HttpStatusCode.TooManyRequests, ErrorCodes.RateLimited), await AskAsync(token, "devices-list"));
        Assert.True((await hub.Get<OperationCatalogue>().RunAsync("tokens-remove", JsonNode.Parse("""{"name":"viewer"}"""), Caller.Hub, default)).IsOk);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(token, "devices-list")).Status);
        await Eventually.TrueAsync(() => hub.Get<TokenStore>().Find(brief) is null, "it runs out");
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(brief, "devices-list")).Status);
        Assert.DoesNotContain(token, File.ReadAllText(Path.Combine(_folder.Path, "hub.db"), Encoding.Latin1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "127.0.0.1", false, true)]
    [InlineData(8080, "127.0.0.1", false, true)]
    [InlineData(8080, "::1", false, true)]
    [InlineData(8080, "0.0.0.0", false, false)]
    [InlineData(8080, "192.168.1.2", true, true)]
    [InlineData(8080, "hub.local", true, false)]
    public void TCP_is_off_by_default_loopback_when_on_and_plain_on_the_network_only_where_the_owner_says_so(int port, string address, bool allowPlain, bool taken)
    {
        Assert.Equal(0, new AccessOptions().Port);
        Assert.Equal(taken, new AccessOptions { Port = port, Address = address, AllowPlain = allowPlain }.Problem().Length == 0);
    }

    [Fact]
    public async Task The_Unix_socket_is_for_its_owner_and_group_alone()
    {
        await using RunningHub hub = await StartAsync();
        UnixFileMode mode = File.GetUnixFileMode(Path.Combine(_folder.Path, "hub.sock"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, mode);
    }

    private Task<RunningHub> StartAsync(params string[] options) =>
        RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort(), ["--Http:Port", _port.ToString(CultureInfo.InvariantCulture), .. options]);

    private static async Task<string> TokenAsync(RunningHub hub, string role, string? parameters = null) => (string)(await hub.Get<OperationCatalogue>().RunAsync(
        "tokens-add", JsonNode.Parse(parameters ?? $$"""{"name":"{{role}}","role":"{{role}}"}"""), Caller.Hub, default)).Value!["token"]!;

    private HttpClient Client(string? token)
    {
        HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{_port}/") };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private async Task<(HttpStatusCode Status, string Code)> AskAsync(string? token, string operation, string parameters = "{}")
    {
        using HttpClient client = Client(token);
        using HttpResponseMessage response = await client.PostAsync("v1/operations/" + operation, new StringContent(parameters, Encoding.UTF8, "application/json"));
        JsonNode reply = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return (response.StatusCode, (string?)reply["error"]?["code"] ?? "");
    }
}
