using System;
using EdgeMesh.Device.Platform;
using EdgeMesh.Device.Programs;

namespace EdgeMesh.Simulation.Device;

/// <summary>A program that does what the first line of its image says.</summary>
internal sealed class SimulatedProgram(SimulatedBoard board, Behaviour behaviour) : IProgram
{
    private const long PeriodMs = 20_000;
    private IProgramContext? _context;
    private int _loops;

    public void Setup(IProgramContext context)
    {
        _context = context;
        context.Command = (name, _) =>
        {
            board.World.Promises.CommandRan(board, name);
            return null;
        };
        if (behaviour == Behaviour.CrashesAtStart)
        {
            throw new InvalidOperationException("No sensor on the bus.");
        }

        if (behaviour == Behaviour.CutsOff)
        {
            board.World.Broker.Block(board.Id, "program");
        }
    }

    public void Loop()
    {
        _loops++;
        if (behaviour == Behaviour.Hangs || (behaviour == Behaviour.HangsLater && _loops > 2))
        {
            board.Hang();
        }

        if (behaviour == Behaviour.CrashesLater && _loops > 2)
        {
            throw new InvalidOperationException("The sensor went.");
        }

        try
        {
            _context!.Publish(new Readings().Add("loops", _loops));
            _context.Sleep(PeriodMs);
        }
        catch (Exception e) when (e is not (BoardResetException or OutOfMemoryException))
        {
            // The client blames whatever a program throws on the program: here it was the client.
            board.World.Time.Fail("The client threw under a program: " + Time.VirtualTime.Describe(e));
            throw;
        }
    }
}
