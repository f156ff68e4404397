using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Commands;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Hub.Tests.Commands;

public sealed class CommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_is_signed_when_it_is_delivered_and_its_answer_comes_back()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort());
        await using TestDevice device = await hub.ConnectNewAsync("porch");
        Task<Result<CommandView>> given = Give(hub, wait: 20);
        JsonObject command = await ReceivedAsync(device, 1);
        Assert.Equal("relay", command.String("name", 64));
        Assert.Equal(true, command.OptionalObject("data")!.Get("on"));
        await AnswerAsync(device, command, new JsonWriter().Add("status", "ok").Add("data", new JsonWriter().Add("is", "on")));
        CommandView view = (await given).Value;
        Assert.Equal(CommandStates.Done, view.State);
        Assert.Equal("on", view.Answer!.Value.GetProperty("is").GetString());
    }

    [Fact]
    public async Task Commands_wait_for_their_device_over_a_restart_of_the_hub_and_come_one_after_the_other_in_their_order()
    {
        int port = BrokerHub.FreePort();
        TestDevice device;
        await using (RunningHub hub = await RunningHub.StartAsync(_folder.Path, port))
        {
            device = await hub.NewAsync("porch");
            foreach (string name in (string[])["a", "b", "c"])
            {
                Assert.Equal(CommandStates.Queued, (await Give(hub, name)).Value.State);
            }
        }

        await using RunningHub next = await RunningHub.StartAsync(_folder.Path, port);
        await using (device)
        {
            await device.ConnectAsync(next.Host, next.Port);
            for (int i = 1; i <= 3; i++)
            {
                JsonObject command = await ReceivedAsync(device, i);
                Assert.Equal(((string[])["a", "b", "c"])[i - 1], command.String("name", 64));
                Assert.Equal(i, device.Received.Count(m => m.Kind == TopicKind.Command));
                await AnswerAsync(device, command, new JsonWriter().Add("status", "ok"));
            }

            await Eventually.TrueAsync(() => Service(next).List("porch", 9).All(c => c.State == CommandStates.Done), "all are done");
        }
    }

    [Fact]
    public async Task What_was_not_answered_is_sent_again_with_the_same_number_when_the_device_is_back()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort());
        await using TestDevice device = await hub.ConnectNewAsync("porch");
        await Give(hub);
        JsonObject first = await ReceivedAsync(device, 1);
        await device.LosePowerAsync();
        await device.ConnectAsync(hub.Host, hub.Port);
        JsonObject second = await ReceivedAsync(device, 2);
        Assert.Equal(first.Get("sequence"), second.Get("sequence"));
        await AnswerAsync(device, second, new JsonWriter().Add("status", "error").Add("error", "It ran.").Add("code", ErrorCodes.CommandRepeated));
        await Eventually.TrueAsync(() => Service(hub).List("porch", 1)[0].State == CommandStates.Unanswered, "its answer is known to be lost");
    }

    [Fact]
    public async Task A_command_expires_can_be_taken_back_and_is_refused_when_too_many_wait_or_it_is_malformed()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort(), "--Commands:QueueLength", "2");
        await using TestDevice device = await hub.NewAsync("porch");
        Result<CommandView> brief = await Give(hub, "brief", life: 1);
        Result<CommandView> kept = await Give(hub, "kept");
        Assert.Equal(ErrorCodes.QueueFull, (await Give(hub, "third")).Error?.Code);
        await Eventually.TrueAsync(() => Service(hub).List("porch", 9).Single(c => c.Sequence == brief.Value.Sequence).State == CommandStates.Expired, "it expires");
        Assert.Equal(CommandStates.Cancelled, Service(hub).Cancel(kept.Value.Sequence).Value.State);
        Assert.Equal(ErrorCodes.CommandSent, Service(hub).Cancel(kept.Value.Sequence).Error?.Code);
        Assert.Equal(ErrorCodes.CommandUnknown, Service(hub).Cancel(1).Error?.Code);
        Assert.Equal(ErrorCodes.DeviceUnknown, (await Service(hub).GiveAsync("nobody", "x", null, null, default, default)).Error?.Code);
        Assert.Equal(ErrorCodes.InvalidArgument, (await Give(hub, "")).Error?.Code);
        Assert.Equal(ErrorCodes.InvalidArgument, (await Give(hub, "x", life: 0)).Error?.Code);
        System.Text.Json.Nodes.JsonObject large = new() { ["text"] = new string('x', Limits.CommandBytes) };
        Assert.Equal(ErrorCodes.MessageTooLarge, (await Service(hub).GiveAsync("porch", "x", large, null, default, default)).Error?.Code);
        await device.ConnectAsync(hub.Host, hub.Port);
        await hub.OnlineAsync("porch");
        await Give(hub, "last");
        Assert.Equal("last", (await ReceivedAsync(device, 1)).String("name", 64));
    }

    [Fact]
    public async Task A_device_cannot_answer_for_another()
    {
        await using RunningHub hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort());
        await using TestDevice porch = await hub.ConnectNewAsync("porch");
        await using TestDevice thief = await hub.ConnectNewAsync("thief");
        await Give(hub);
        JsonObject command = await ReceivedAsync(porch, 1);
        await AnswerAsync(thief, command, new JsonWriter().Add("status", "ok"));
        await hub.RefusedAsync("thief", ErrorCodes.MessageInvalid);
        // That it was sent is stored once the broker has it, which may be after the device.
        await Eventually.TrueAsync(() => Service(hub).List("porch", 1)[0].State == CommandStates.Sent, "the command is still sent");
    }

    private static CommandService Service(RunningHub hub) => hub.Get<CommandService>();

    private static Task<Result<CommandView>> Give(RunningHub hub, string name = "relay", double wait = 0, double? life = null) => Service(hub).GiveAsync(
        "porch", name, new System.Text.Json.Nodes.JsonObject { ["on"] = true }, life is double s ? TimeSpan.FromSeconds(s) : null, TimeSpan.FromSeconds(wait), CancellationToken.None);

    private static async Task<JsonObject> ReceivedAsync(TestDevice device, int count)
    {
        await Eventually.TrueAsync(() => device.Received.Count(m => m.Kind == TopicKind.Command) >= count, $"{count} commands are received");
        return device.Received.Where(m => m.Kind == TopicKind.Command).ElementAt(count - 1).Body!;
    }

    private static Task AnswerAsync(TestDevice device, JsonObject command, JsonWriter answer) =>
        device.SendAsync(TopicKind.Response, answer.Add("transaction", command.String("transaction", 64)));
}
