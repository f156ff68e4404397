using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Tests.Hostile;

/// <summary>A device, or who has stolen its account, sends without end: what is over its rate is refused, and nobody else waits for it.</summary>
public sealed class FloodTests : IAsyncLifetime
{
    private const int Burst = 50;
    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<DeviceMessageRefused> _told = [];
    private RunningHub _hub = null!;
    private TestDevice _flooding = null!;

    public async Task InitializeAsync()
    {
        _hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort(), "--Devices:MessagesPerSecond", "1", "--Devices:MessageBurst", $"{Burst}");
        _hub.Get<HubEvents>().Subscribe<DeviceMessageRefused>(_told.Enqueue);
        _flooding = await _hub.ConnectNewAsync("flooding");
    }

    public async Task DisposeAsync()
    {
        await _flooding.DisposeAsync();
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_over_the_rate_is_refused_and_told_of_once_and_another_device_is_heard_all_the_same()
    {
        int heard = 0;
        _hub.Get<HubEvents>().Subscribe<DeviceMessage>(m => heard += m is { Id: "flooding", Kind: TopicKind.Telemetry } ? 1 : 0);
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => _flooding.SendAsync(TopicKind.Telemetry, new JsonWriter().Add("t", i))));
        await _hub.RefusedAsync("flooding", ErrorCodes.RateLimited, 1500);

        Assert.InRange(heard, 1, Burst + 60);
        DeviceMessageRefused told = Assert.Single(_told, t => t.Code == ErrorCodes.RateLimited);
        Assert.Contains("Devices:MessagesPerSecond", told.Reason, StringComparison.Ordinal);
        await using TestDevice quiet = await _hub.ConnectNewAsync("quiet");
        Assert.Empty(_hub.Get<DeviceGateway>().Refusals("quiet"));
    }

    [Fact]
    public async Task A_transfer_of_more_chunks_than_the_rate_allows_messages_is_not_held_up()
    {
        await using TestDevice device = await _hub.ConnectNewAsync("porch");
        byte[] image = RandomNumberGenerator.GetBytes(1_000_000);
        await _hub.AddFirmwareAsync(image);
        Assert.True(_hub.Ota.Start("porch", "blink", null).IsOk);
        await Eventually.TrueAsync(() => device.Applied, "the image is applied");
        Assert.Equal(image, device.Image);
        Assert.Empty(_hub.Get<DeviceGateway>().Refusals("porch"));
    }

    [Fact]
    public async Task Acknowledgements_of_chunks_that_were_never_sent_are_messages_like_all()
    {
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => _flooding.SendAsync(TopicKind.OtaChunkAck, Codec.Write(new ChunkAck { Session = 1, Next = i }))));
        await _hub.RefusedAsync("flooding", ErrorCodes.RateLimited, 300);
    }

    [Fact]
    public async Task A_flood_of_hellos_is_refused_like_any_other()
    {
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => _flooding.PublishAsync(_flooding.Up(TopicKind.Hello), new byte[100])));
        await _hub.RefusedAsync("flooding", ErrorCodes.RateLimited, 300);
    }

    [Theory]
    [InlineData("MessagesPerSecond", 0)]
    [InlineData("MessagesPerSecond", 10_001)]
    [InlineData("MessageBurst", 0)]
    [InlineData("MessageBurst", 100_001)]
    public async Task A_limit_out_of_its_range_is_refused_by_name(string name, int value)
    {
        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => RunningHub.StartAsync(_folder.File("other"), BrokerHub.FreePort(), $"--Devices:{name}", $"{value}"));
        Assert.Contains($"Devices:{name}", refused.Message, StringComparison.Ordinal);
    }
}
