using System;
using EdgeMesh.Simulation.Hub;

namespace EdgeMesh.Simulation.Faults;

/// <summary>People at the hub: they start, end, replace and remove, also at the worst time.</summary>
internal sealed class Operator(World world, Random random)
{
    private int _commands;

    /// <summary>Plans what they do while there is trouble.</summary>
    internal void Begin(long lengthMs)
    {
        foreach (Device.SimulatedBoard board in world.Boards)
        {
            world.Time.After(random.Next(5000), () => world.Ask(h => h.Start(board.Id, world.AddFirmware(Device.Behaviour.Good))));
        }

        for (int i = random.Next(2, 10); i > 0; i--)
        {
            world.Time.After(random.NextInt64(lengthMs), Act);
        }
    }

    /// <summary>Does one thing.</summary>
    internal void Act()
    {
        string device = world.Boards[random.Next(world.Boards.Count)].Id;
        world.Ask(hub => Act(hub, device));
    }

    private void Act(HubProcess hub, string device)
    {
        switch (random.Next(12))
        {
            case 0:
                world.Trace.Add("operator", "aborts the update of " + device);
                hub.Abort(device);
                break;
            case 1:
            case 2:
                world.Trace.Add("operator", "replaces the update of " + device);
                hub.Abort(device);
                StartSoon(device);
                break;
            case 3:
                Firmware removed = Any();
                world.Trace.Add("operator", "removes " + removed.Id);
                hub.Remove(removed);
                break;
            case 4:
            case 5:
                hub.Command(device, "c" + ++_commands);
                break;
            case 6:
                hub.Start(device, Any());
                break;
            default:
                hub.Start(device, world.AddFirmware((Device.Behaviour)random.Next(8) is var b && b > Device.Behaviour.Unloadable ? Device.Behaviour.Good : b));
                break;
        }
    }

    private Firmware Any() => world.Store.Firmware.Count > 0 ? world.Store.Firmware[random.Next(world.Store.Firmware.Count)] : world.AddFirmware(Device.Behaviour.Good);

    private void StartSoon(string device) =>
        world.Time.After(random.Next(2) == 0 ? random.Next(2, 50) : random.Next(20_000), () => world.Ask(h => h.Start(device, Any())));
}
