using EdgeMesh.Device.Platform;

namespace EdgeMesh.Simulation.Bugs;

/// <summary>Storage under a client that takes the wrong file, or does not flush.</summary>
internal class BuggyFiles(SeededBug bug, IStorage disk) : IStorage
{
    protected IStorage Disk => disk;

    public virtual byte[]? Read(string name, int maxBytes) =>
        bug == SeededBug.KeepOneRecordOnly && name == "boot1" ? null : disk.Read(name, maxBytes);

    public virtual void Write(string name, byte[] bytes) => disk.Write(FileOf(name), bytes);

    public long Length(string name) => disk.Length(FileOf(name));

    public void ReadAt(string name, long position, byte[] buffer, int offset, int count) => disk.ReadAt(FileOf(name), position, buffer, offset, count);

    public void WriteAt(string name, long position, byte[] buffer, int offset, int count) =>
        disk.WriteAt(FileOf(name), position, buffer, offset, count);

    public void Flush(string name)
    {
        if (bug != SeededBug.AcknowledgeBeforeFlush)
        {
            disk.Flush(FileOf(name));
        }
    }

    public void Truncate(string name, long length) => disk.Truncate(FileOf(name), length);

    public void Delete(string name) => disk.Delete(FileOf(name));

    private string FileOf(string name) => bug switch
    {
        SeededBug.OverwriteTheActiveSlot when name == "b.img" => "a.img",
        SeededBug.KeepOneRecordOnly when name == "boot1" => "boot0",
        _ => name,
    };
}
