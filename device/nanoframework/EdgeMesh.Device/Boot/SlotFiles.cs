using System;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Slots;

namespace EdgeMesh.Device.Boot;

/// <summary>The images (<c>a.img</c>, <c>b.img</c>), and the chunks that came before their turn (<c>held</c>).</summary>
internal sealed class SlotFiles
{
    private const string HeldFile = "held";
    private readonly IStorage _storage;

    internal SlotFiles(IStorage storage) => _storage = storage;

    /// <summary>The bytes of an image; null where the file is not the image that the record says.</summary>
    internal byte[]? ReadVerified(string slot, SlotImage image, ICrypto crypto)
    {
        string file = FileOf(slot);
        if (_storage.Length(file) != image.Size)
        {
            return null;
        }

        byte[] bytes = new byte[(int)image.Size];
        _storage.ReadAt(file, 0, bytes, 0, bytes.Length);
        IHash hash = crypto.CreateSha256();
        hash.Update(bytes, 0, bytes.Length);
        return Hex.Encode(hash.Finish()) == image.Sha256 ? bytes : null;
    }

    internal long Length(string slot) => _storage.Length(FileOf(slot));

    internal void Read(string slot, long position, byte[] buffer, int count) => _storage.ReadAt(FileOf(slot), position, buffer, 0, count);

    internal void Append(string slot, byte[] bytes, int offset, int count) =>
        _storage.WriteAt(FileOf(slot), Length(slot), bytes, offset, count);

    internal void Flush(string slot) => _storage.Flush(FileOf(slot));

    internal void Cut(string slot, long length) => _storage.Truncate(FileOf(slot), length);

    /// <summary>Keeps a chunk in a cell of the held file: those under way are fewer than the cells, so no two share one.</summary>
    internal void Hold(long cell, int cellBytes, byte[] bytes, int offset, int count) =>
        _storage.WriteAt(HeldFile, cell * cellBytes, bytes, offset, count);

    internal void AppendHeld(string slot, long cell, int cellBytes, int count)
    {
        byte[] chunk = new byte[count];
        _storage.ReadAt(HeldFile, cell * cellBytes, chunk, 0, count);
        Append(slot, chunk, 0, count);
    }

    internal void DropHeld() => _storage.Delete(HeldFile);

    private static string FileOf(string slot) =>
        slot.Length == 1 ? slot + ".img" : throw new ArgumentException("There is no slot \"" + slot + "\".");
}
