using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Security;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Protocol.Tests.Device;

/// <summary>What running the device against the hub's own sender brought to light.</summary>
public sealed class DeviceFindingsTests
{
    [Fact]
    public void A_message_that_overtook_the_news_of_the_devices_going_leaves_the_sender_no_deadline_in_the_past()
    {
        var manifest = new Manifest { Size = 1000, Sha256 = new string('a', 64) };
        var sender = new OtaSender(new SenderOptions(), manifest, 256, OtaStates.Verifying, 0);
        sender.Step(SenderEvent.Online(), 0);
        sender.Step(SenderEvent.Offline(), 10);
        sender.Step(SenderEvent.Verified(500, ""), 20);
        Assert.True(sender.DueMs > 3_600_000);
    }

    [Fact]
    public void An_old_slot_that_turns_out_damaged_while_it_is_tried_gives_way_to_the_trial()
    {
        var record = new BootRecord { A = Image(1), B = Image(2), Confirmed = "a", Trial = "b", Probe = "old" };
        Assert.Equal("a", BootSlots.Select(record));
        BootSlots.Broken(record, "a");
        Assert.Equal("b", BootSlots.Select(record));
        Assert.Equal("b", record.Trial);
    }

    [Fact]
    public void A_sign_of_the_hub_ends_a_long_wait_for_a_welcome()
    {
        var crypto = new DotNetCrypto();
        var link = new DeviceLink(crypto, new DeviceKey(crypto, Encoding.ASCII.GetBytes(new string('k', 32)), "home", "d"), "home", "d");
        link.Connected(0);
        long now = 0;
        for (int i = 0; i < 6; i++)
        {
            Assert.NotNull(link.Poll(now));
            now = link.DueMs;
        }

        link.HubSeen("0123456789abcdef", now - 30_000);
        Assert.Equal(now - 30_000, link.DueMs);
    }

    private static SlotImage Image(long sequence) => new() { Session = sequence, Id = "app", Version = "1", Sequence = sequence, Size = 1, Sha256 = new string('a', 64) };
}
