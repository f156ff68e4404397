using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Tests.Broker;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using Xunit.Abstractions;

namespace EdgeMesh.Hub.Tests.Hostile;

/// <summary>An enrolled device whose program is an attacker's: it signs what it likes. It harms itself alone.</summary>
public sealed class HostileDeviceTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TopicKind[] Ups =
    [
        TopicKind.Status, TopicKind.Info, TopicKind.State, TopicKind.Telemetry, TopicKind.Log, TopicKind.Response, TopicKind.OtaAccept, TopicKind.OtaReject,
        TopicKind.OtaChunkAck, TopicKind.OtaVerify, TopicKind.OtaAbortUp, TopicKind.OtaReport,
    ];

    private static readonly string[] Values =
    [
        "0", "-1", "1", "2", "7", "64", "65", "4294967295", "4294967296", "999999999999999999", "1e308", "-0", "1.5", "true", "null", "[]", "{}", "[[[[[]]]]]",
        "\"\"", "\"applying\"", "\"confirmed\"", "\"rolled_back\"", "\"rejected\"", "\"lost\"", "\"sleeping\"", "\"online\"", "\"ffffffffffffffff\"",
        "\"0000000000000000\"", "\"../../etc/passwd\"", "\"'; DROP TABLE device; --\"", "\"\\u001b[2J\\r\\n\"", "\"😀\"", "\"" + new string('x', 5000) + "\"",
        "\"" + new string('a', 64) + "\"", "[\"nano-app\"]", "[\"\",\"\",\"\"]",
    ];

    private static readonly string[] Members =
    [
        "session", "next", "window", "bitmap", "code", "reason", "checked", "sha256", "state", "id", "version", "sequence", "status", "type", "runtime", "agent",
        "kinds", "slot_bytes", "chunk_bytes", "capabilities", "program_id", "program_version", "level", "text", "n", "mac", "",
    ];

    private readonly TempFolder _folder = new();
    private RunningHub _hub = null!;
    private TestDevice _honest = null!;

    public async Task InitializeAsync()
    {
        _hub = await RunningHub.StartAsync(_folder.Path, BrokerHub.FreePort(), "--Devices:MessagesPerSecond", "10000", "--Devices:MessageBurst", "100000");
        await _hub.AddFirmwareAsync(RandomNumberGenerator.GetBytes(60_000));
        _honest = await _hub.ConnectNewAsync("honest");
    }

    public async Task DisposeAsync()
    {
        await _honest.DisposeAsync();
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Signed_garbage_of_every_kind_disturbs_no_other_device_and_every_view_of_it_can_still_be_shown()
    {
        const int Seed = 1;
        const int Messages = 4000;
        await using TestDevice hostile = await _hub.ConnectNewAsync("hostile", options: new TestDeviceOptions { AnswersUpdates = false });
        Random dice = new(Seed);
        long session = 0;
        for (int i = 0; i < Messages; i++)
        {
            if (i % 200 == 0)
            {
                // It may have ended the last one itself, in whatever way.
                session = _hub.Ota.Start("hostile", "blink", null) is { IsOk: true } started ? started.Value.Session : session;
            }

            TopicKind kind = Ups[dice.Next(Ups.Length)];
            await hostile.PublishAsync(hostile.Up(kind), hostile.Seal(kind, Garbage(dice, kind, session)));
            if (i == Messages / 2)
            {
                _hub.Ota.Start("honest", "blink", null);
            }
        }

        await Eventually.TrueAsync(() => _honest.Applied, "the honest device's update is delivered");
        await _honest.ReportAsync(OtaStates.Applying);
        await _honest.ReportAsync(OtaStates.Confirmed);
        await _hub.StateAsync("honest", OtaStates.Confirmed);
        Assert.Empty(_hub.Get<DeviceGateway>().Refusals("honest"));

        // Whatever it made of itself can be shown, and the hub starts over it.
        DeviceView view = _hub.Get<DeviceService>().Show("hostile").Value;
        Assert.NotEmpty(System.Text.Json.JsonSerializer.Serialize(view));
        Assert.All(_hub.Ota.Status("hostile", 100).Value, update => Assert.InRange(update.Percent, 0, 100));
        await hostile.PublishAsync(hostile.Up(TopicKind.Telemetry), [1]);
        await _hub.RefusedAsync("hostile", ErrorCodes.SignatureInvalid);
        output.WriteLine($"counted: signed garbage of a hostile device: {Messages} messages, seed {Seed}; refused {string.Join(", ", view.Refused.Select(r => $"{r.Key} {r.Value}"))}");
    }

    [Fact]
    public async Task Endless_accepts_and_rejects_of_one_offer_end_in_one_outcome()
    {
        await using TestDevice hostile = await _hub.ConnectNewAsync("hostile", options: new TestDeviceOptions { AnswersUpdates = false });
        long session = _hub.Ota.Start("hostile", "blink", null).Value.Session;
        List<string> states = [];
        _hub.Get<HubEvents>().Subscribe<OtaProgress>(e =>
        {
            if (e.StateChanged && e.View.Device == "hostile")
            {
                states.Add(e.View.State);
            }
        });
        for (int i = 0; i < 300; i++)
        {
            await hostile.SendAsync(TopicKind.OtaAccept, Codec.Write(new Accept { Session = session, Next = i % 15, Window = 1 + (i % 64) }));
            await hostile.SendAsync(TopicKind.OtaVerify, Codec.Write(new Verify { Session = session, Checked = i }));
            if (i > 200)
            {
                await hostile.SendAsync(TopicKind.OtaReject, Codec.Write(new Reject { Session = session, Code = "no", Reason = "No." }));
                await hostile.SendAsync(TopicKind.OtaReport, Codec.Write(new Report { Session = session, State = i % 2 == 0 ? OtaStates.Applying : OtaStates.Confirmed, Id = "blink", Version = "1", Sequence = 1 }));
            }
        }

        await Eventually.TrueAsync(() => OtaStates.IsFinal(_hub.Latest("hostile").State), "the update has ended");
        await hostile.SendAsync(TopicKind.OtaAccept, new JsonWriter().Add("next", 1));
        await _hub.RefusedAsync("hostile", ErrorCodes.MessageInvalid);
        Assert.Single(_hub.Ota.Status("hostile", 100).Value);
        Assert.Single(states, OtaStates.IsFinal);
    }

    [Fact]
    public async Task A_device_that_claims_another_image_was_verified_gets_no_complete()
    {
        await using TestDevice hostile = await _hub.ConnectNewAsync("hostile", options: new TestDeviceOptions { AnswersUpdates = false });
        long session = _hub.Ota.Start("hostile", "blink", null).Value.Session;
        await hostile.SendAsync(TopicKind.OtaAccept, Codec.Write(new Accept { Session = session, Next = 15, Window = 1 }));
        await hostile.SendAsync(TopicKind.OtaVerify, Codec.Write(new Verify { Session = session, Checked = 60_000, Sha256 = new string('a', 64) }));
        await _hub.StateAsync("hostile", OtaStates.Failed);
        Assert.Equal(ErrorCodes.HashMismatch, _hub.Latest("hostile").Code);
        Assert.DoesNotContain(hostile.Received, m => m.Kind == TopicKind.OtaComplete);
    }

    private static JsonWriter Garbage(Random dice, TopicKind kind, long session)
    {
        JsonWriter body = new();
        HashSet<string> given = [];
        if (dice.Next(4) > 0 && kind >= TopicKind.OtaOffer)
        {
            body.Add("session", session);
            given.Add("session");
        }

        for (int members = dice.Next(7); members > 0; members--)
        {
            string name = Members[dice.Next(Members.Length)];
            if (name != "n" && name != "mac" && (given.Add(name) || dice.Next(50) == 0))
            {
                body.AddRaw(name, Values[dice.Next(Values.Length)]);
            }
        }

        return body;
    }
}
