using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Device.Tests.World;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Simulation.Device;
using Xunit.Abstractions;

namespace EdgeMesh.Device.Tests;

/// <summary>A numbered command runs at most once, whenever the power goes and however often it is sent.</summary>
public sealed class CommandTests(ITestOutputHelper output)
{
    [Fact]
    public void A_command_that_is_sent_again_is_answered_again_and_not_run_again()
    {
        TestWorld world = Running();
        Send(world, 7);
        Send(world, 7);
        Send(world, 3);
        world.RunUntil(() => Answers(world).Count == 3);
        Assert.Equal(1, world.Program!.Commands);
        Assert.Equal(["ok", "ok", "error"], Answers(world).Select(a => (string)a.Get("status")!));
        Assert.Equal(ErrorCodes.CommandRepeated, Answers(world)[2].Get("code"));

        world.PowerCycle();
        world.RunUntil(() => world.Online && world.Program != null);
        Send(world, 7);
        world.RunUntil(() => Answers(world).Count == 4);
        Assert.Equal(0, world.Program!.Commands);
        Assert.Equal(ErrorCodes.CommandRepeated, Answers(world)[3].Get("code"));
        Send(world, 8);
        world.RunUntil(() => Answers(world).Count == 5);
        Assert.Equal(1, world.Program!.Commands);
    }

    [Fact]
    public void A_power_cut_at_any_write_of_a_command_never_makes_one_run_twice_nor_keeps_later_ones_from_running()
    {
        int cuts = 0;
        foreach (Remains ofCall in Enum.GetValues<Remains>())
        {
            foreach (Remains ofUnflushed in Enum.GetValues<Remains>())
            {
                for (int cut = 0; cut < 8; cut++)
                {
                    TestWorld world = Running();
                    int ran = 0;
                    world.Storage.OfCall = ofCall;
                    world.Storage.OfUnflushed = ofUnflushed;
                    for (int sequence = 1; sequence <= 4; sequence++)
                    {
                        if (sequence == 2)
                        {
                            world.Storage.CutAt = world.Storage.Changes + cut;
                        }

                        int answers = Answers(world).Count;
                        TestProgram program = world.Program!;
                        Send(world, sequence);
                        world.RunUntil(() => Answers(world).Count > answers || world.Program != program);
                        ran += program.Commands;
                        program.Commands = 0;
                        if (world.Program != program)
                        {
                            cuts++;
                            world.RunUntil(() => world.Online && world.Program != null);
                            answers = Answers(world).Count;
                            Send(world, sequence);
                            world.RunUntil(() => Answers(world).Count > answers);
                            ran += world.Program!.Commands;
                            world.Program.Commands = 0;
                        }

                        Assert.InRange(ran, sequence - 1, sequence);
                    }

                    world.Storage.CutAt = -1;
                    Send(world, 9);
                    world.RunUntil(() => world.Program!.Commands == 1);
                }
            }
        }

        output.WriteLine($"{cuts} power cuts");
        Assert.True(cuts > 10);
    }

    private static TestWorld Running()
    {
        TestWorld world = new();
        world.Hub.Update("1.0.0", 1, world.Image("good-1"), 0);
        world.RunUntil(() => world.Hub.Sender!.State == OtaStates.Confirmed && world.Client.Record.ReportHeard);
        return world;
    }

    private static void Send(TestWorld world, long sequence) => world.Hub.Send(
        TopicKind.Command, new JsonWriter().Add("name", "echo").Add("data", new JsonWriter().Add("text", "hi")).Add("transaction", "t").Add("sequence", sequence));

    private static List<JsonObject> Answers(TestWorld world) => [.. world.Hub.Heard.Where(m => m.Kind == TopicKind.Response).Select(m => m.Body)];
}
