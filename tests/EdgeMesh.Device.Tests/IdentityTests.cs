using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Tests.World;
using EdgeMesh.Protocol;
using EdgeMesh.Simulation.Device;
using Xunit.Abstractions;

namespace EdgeMesh.Device.Tests;

/// <summary>A device takes a new certificate and new authorities, and never locks itself out by that.</summary>
public sealed class IdentityTests(ITestOutputHelper output)
{
    private const string Configured = ",\"ca\":\"-----BEGIN first\",\"certificate\":\"-----BEGIN first\",\"private_key\":\"-----BEGIN first\"";

    [Fact]
    public void A_new_identity_is_stored_answered_and_connected_with_and_survives_a_power_cycle_without_the_old_one()
    {
        TestWorld world = Online();
        Assert.True(world.Hub.Link.Hello!.Tls);
        Assert.Equal(0, world.Hub.Link.Hello.Identity);
        Send(world, 7);
        world.RunUntil(() => Using(world) == 7);
        Assert.Equal((IdentityAnswer.Stored, ""), Answer(world));
        Assert.Equal("-----BEGIN 7", world.Settings!.Certificate);
        Assert.Equal("-----BEGIN 7 authority", world.Settings.Authority);
        world.Hub.Restart();
        world.PowerCycle();
        world.Admits = s => s.Certificate == "-----BEGIN 7";
        world.RunUntil(() => world.Online && Using(world) == 7);

        // The old authority may have been given up because its key got out: it is never trusted again.
        world.Admits = s => s.Certificate == "-----BEGIN first";
        world.DropConnection();
        world.Run(1_800_000);
        Assert.False(world.Online);
        world.PowerCycle();
        world.Run(1_800_000);
        Assert.False(world.Online);
    }

    [Fact]
    public void Where_the_new_identity_is_refused_the_old_one_is_used_again_also_after_a_power_cycle_and_a_better_one_is_taken()
    {
        TestWorld world = Online();
        world.Admits = s => s.Certificate != "-----BEGIN 7";
        Send(world, 7);
        world.RunUntil(() => Answer(world).State == IdentityAnswer.Stored);
        int connects = world.Connects;
        int handshakes = world.Hub.Link.Generation;
        world.RunUntil(() => world.Hub.Link.Generation > handshakes);
        Assert.Equal(0, Using(world));
        Assert.Equal(Limits.IdentityAttempts + 1, world.Connects - connects);
        Cycle(world);
        Assert.Equal(0, Using(world));
        Send(world, 9);
        world.RunUntil(() => Using(world) == 9);
    }

    [Fact]
    public void An_outage_right_after_the_change_costs_neither_identity()
    {
        TestWorld world = Online();
        Send(world, 7);
        world.RunUntil(() => Answer(world).State == IdentityAnswer.Stored);
        world.BrokerUp = false;
        world.Run(600_000);
        world.BrokerUp = true;
        world.Admits = s => s.Certificate == "-----BEGIN 7";
        world.RunUntil(() => Using(world) == 7);
    }

    [Fact]
    public void Another_configuration_ends_what_the_hub_sent()
    {
        TestWorld world = Online();
        Send(world, 7);
        world.RunUntil(() => Using(world) == 7);
        TestWorld anew = new(Configured.Replace("first", "anew", StringComparison.Ordinal), world.Storage.Snapshot());
        anew.RunUntil(() => anew.Online);
        Assert.Equal(0, Using(anew));
        Assert.Equal("-----BEGIN anew", anew.Settings!.Certificate);
    }

    [Fact]
    public void Without_TLS_below_the_one_in_use_malformed_or_with_a_full_flash_it_is_refused()
    {
        TestWorld plain = new();
        plain.RunUntil(() => plain.Online && plain.Hub.Link.Established);
        Send(plain, 7);
        plain.RunUntil(() => Answer(plain).State == IdentityAnswer.Rejected);
        Assert.Equal(ErrorCodes.InvalidArgument, Answer(plain).Code);
        Assert.Equal(0, plain.Storage.Length("identity0"));

        TestWorld world = Online();
        world.Storage.Changing = name => throw new EdgeMesh.Device.Platform.StorageException(ErrorCodes.StorageFull, name);
        Send(world, 8);
        world.RunUntil(() => Answer(world).State == IdentityAnswer.Rejected);
        Assert.Equal(ErrorCodes.StorageFull, Answer(world).Code);
        world.Storage.Changing = null;
        Send(world, 9);
        world.RunUntil(() => Using(world) == 9);
        Send(world, 9);
        world.RunUntil(() => Answer(world).Code == ErrorCodes.SequenceNotAbove);
        world.Hub.Send(TopicKind.Identity, Codec.Write(new Identity { Sequence = 10, Authority = "-----BEGIN 10", Certificate = "-----BEGIN 10" }));
        world.RunUntil(() => world.Client.RefusedCount(ErrorCodes.MessageInvalid) == 1);
        Assert.DoesNotContain(world.Lines, l => l.Contains("-----BEGIN", StringComparison.Ordinal));
    }

    [Fact]
    public void A_power_cut_at_any_write_leaves_the_old_identity_or_the_new_one_and_never_none()
    {
        int cuts = 0;
        Dictionary<string, byte[]> second = Second();
        foreach (Dictionary<string, byte[]> files in (Dictionary<string, byte[]>[])[[], second])
        {
            foreach (Remains ofCall in Enum.GetValues<Remains>())
            {
                foreach (Remains ofUnflushed in Enum.GetValues<Remains>())
                {
                    for (int cut = 0; ; cut++)
                    {
                        TestWorld world = new(Configured, files);
                        world.RunUntil(() => world.Online && world.Hub.Link.Established);
                        string before = world.Settings!.Certificate;
                        world.Storage.CutAt = world.Storage.Changes + cut;
                        (world.Storage.OfCall, world.Storage.OfUnflushed) = (ofCall, ofUnflushed);
                        Send(world, 9);
                        world.RunUntil(() => world.Storage.CutAt < 0 || (Using(world) == 9 && world.Online));
                        bool happened = world.Storage.CutAt < 0;
                        world.Storage.CutAt = -1;

                        // The hub may have heard of the new one: then it takes no other. Else both are good.
                        bool adopted = Using(world) == 9;
                        world.Admits = s => s.Certificate == "-----BEGIN 9" || (!adopted && s.Certificate == before);
                        Cycle(world);
                        Cycle(world);
                        Send(world, 11);
                        world.Admits = _ => true;
                        world.RunUntil(() => Using(world) == 11);
                        if (!happened)
                        {
                            break;
                        }

                        cuts++;
                    }
                }
            }
        }

        output.WriteLine($"counted: {cuts} power cuts");
        Assert.True(cuts >= 2 * 2 * 9);
    }

    private static Dictionary<string, byte[]> Second()
    {
        TestWorld world = Online();
        Send(world, 5);
        world.RunUntil(() => Using(world) == 5);
        return world.Storage.Snapshot();
    }

    private static TestWorld Online()
    {
        TestWorld world = new(Configured);
        world.RunUntil(() => world.Online && world.Hub.Link.Established);
        return world;
    }

    /// <summary>Until the hub, too, speaks under the new session.</summary>
    private static void Cycle(TestWorld world)
    {
        int handshakes = world.Hub.Link.Generation;
        world.PowerCycle();
        world.RunUntil(() => world.Hub.Link.Generation > handshakes);
    }

    private static void Send(TestWorld world, long sequence) => world.Hub.Send(TopicKind.Identity, Codec.Write(new Identity
    {
        Sequence = sequence, Authority = $"-----BEGIN {sequence} authority", Certificate = $"-----BEGIN {sequence}", PrivateKey = $"-----BEGIN {sequence} key",
    }));

    private static long Using(TestWorld world) => world.Hub.Link.Hello?.Identity ?? 0;

    private static (string State, string Code) Answer(TestWorld world)
    {
        var answers = world.Hub.Heard.Where(m => m.Kind == TopicKind.IdentityAnswer).ToArray();
        if (answers.Length == 0) return ("", "");
        IdentityAnswer answer = Codec.ReadIdentityAnswer(answers[^1].Body);
        return (answer.State, answer.Code);
    }
}
