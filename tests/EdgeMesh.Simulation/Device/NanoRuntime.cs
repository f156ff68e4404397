using System;
using System.Security.Cryptography;
using EdgeMesh.Device;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Simulation.Bugs;

namespace EdgeMesh.Simulation.Device;

/// <summary>The production C# client on a simulated board.</summary>
internal sealed class NanoRuntime : IRuntime, IProgramLoader
{
    private readonly SimulatedBoard _board;
    private readonly Board _parts;
    private DeviceClient? _client;

    internal NanoRuntime(SimulatedBoard board)
    {
        _board = board;
        ICrypto crypto = DeviceBugs.Wrap(board.World, new SimulatedCrypto(board.World.Random.Next(), board.Allocate));
        IStorage storage = DeviceBugs.Wrap(board, new LeanStorage(board, board.Disk));
        _parts = new Board(board, storage, DeviceBugs.Wrap(board, board.Connection), board, board, this, crypto, board);
    }

    public bool Online => _client is { Online: true };

    public bool ReportHeard => _client is { Record.ReportHeard: true };

    public void Run()
    {
        try
        {
            _client = new DeviceClient(_parts, _board.Configuration);
            _board.World.Promises.Booted(_board);
            while (true)
            {
                _board.Wait(_client.Poll());
            }
        }
        catch (OutOfMemoryException)
        {
            // Nothing catches it on a board: its main thread is gone, and the dead-man is fed no more.
            _board.End("The client ran out of memory.");
        }
    }

    public void Off() => _client = null;

    public void Dispose()
    {
    }

    public ProgramConstructor? Load(byte[] image, out string problem)
    {
        _board.ProgramRuns(Convert.ToHexStringLower(SHA256.HashData(image)));
        Behaviour behaviour = World.BehaviourOf(image);
        problem = behaviour == Behaviour.Unloadable ? "The image is no assembly." : "";
        return behaviour == Behaviour.Unloadable ? null : () => new SimulatedProgram(_board, behaviour);
    }
}
