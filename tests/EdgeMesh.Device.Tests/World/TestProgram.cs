using System;
using EdgeMesh.Device.Programs;

namespace EdgeMesh.Device.Tests.World;

/// <summary>A program that does what the first line of its image says.</summary>
public sealed class TestProgram(TestWorld world, string behaviour) : IProgram
{
    private IProgramContext? _context;

    public string Behaviour { get; } = behaviour;

    public int Loops { get; private set; }

    /// <summary>Commands that its handler was given.</summary>
    public int Commands { get; set; }

    public IProgramContext Context => _context!;

    public void Setup(IProgramContext context)
    {
        _context = context;
        context.Command = (name, data) =>
        {
            Commands++;
            return name == "echo" ? new Readings().Add("heard", data.OptionalString("text", 100)) : throw new InvalidOperationException("No such command.");
        };
        if (Behaviour == "crash-at-start") throw new InvalidOperationException("No sensor on the bus.");
    }

    public void Loop()
    {
        Loops++;
        if (Behaviour == "hang") world.Hang();
        if (Behaviour == "crash-later" && Loops > 5) throw new InvalidOperationException("The sensor went.");
        Context.Publish(new Readings().Add("loops", Loops));
        Context.Sleep(5000);
    }
}
