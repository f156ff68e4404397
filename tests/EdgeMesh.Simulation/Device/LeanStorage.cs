using EdgeMesh.Device.Platform;

namespace EdgeMesh.Simulation.Device;

/// <summary>The memory did not suffice for what was asked of it.</summary>
internal sealed class LowMemoryException() : System.OutOfMemoryException("There is no memory for it.");

/// <summary>Storage whose callers may find no memory, before a call or after it.</summary>
internal sealed class LeanStorage(SimulatedBoard board, IStorage disk) : IStorage
{
    public byte[]? Read(string name, int maxBytes)
    {
        board.Allocate();
        return disk.Read(name, maxBytes);
    }

    public long Length(string name) => disk.Length(name);

    public void ReadAt(string name, long position, byte[] buffer, int offset, int count)
    {
        board.Allocate();
        disk.ReadAt(name, position, buffer, offset, count);
    }

    public void Write(string name, byte[] bytes)
    {
        board.Allocate();
        disk.Write(name, bytes);
        board.Allocate();
    }

    public void WriteAt(string name, long position, byte[] buffer, int offset, int count)
    {
        board.Allocate();
        disk.WriteAt(name, position, buffer, offset, count);
        board.Allocate();
    }

    public void Flush(string name)
    {
        disk.Flush(name);
        board.Allocate();
    }

    public void Truncate(string name, long length)
    {
        disk.Truncate(name, length);
        board.Allocate();
    }

    public void Delete(string name)
    {
        disk.Delete(name);
        board.Allocate();
    }
}
