using System.Text;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.Programs;

/// <summary>The number of the last command that was begun, on storage: the files <c>command0</c> and <c>command1</c>, written in turn.</summary>
/// <remarks>Written before the command runs, so that a reset in the middle of it cannot make it run twice; it may then not have run at all.</remarks>
internal sealed class CommandLedger
{
    private const int RecordBytesMax = 64;
    private static readonly string[] Files = new[] { "command0", "command1" };
    private readonly IStorage _storage;
    private int _file;

    internal CommandLedger(IStorage storage)
    {
        _storage = storage;
        long first = Load(Files[0]);
        long second = Load(Files[1]);
        _file = first > second ? 1 : 0;
        Last = first > second ? first : second;
    }

    /// <summary>The number of the last command that was begun; 0 for none.</summary>
    internal long Last { get; private set; }

    /// <summary>Deletes the number from storage: another hub counts anew. Throws <see cref="StorageException"/>.</summary>
    internal static void Erase(IStorage storage)
    {
        for (int i = 0; i < Files.Length; i++)
        {
            storage.Delete(Files[i]);
        }
    }

    /// <summary>Notes that a command is begun. Throws <see cref="StorageException"/>, and nothing is noted then.</summary>
    internal void Begin(long sequence)
    {
        byte[] body = new JsonWriter().Add("sequence", sequence).OpenBytes();
        string sum = Crc32.Compute(body, body.Length).ToString();
        _storage.Write(Files[_file], Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body, 0, body.Length) + ",\"crc\":" + sum + "}"));
        _file = 1 - _file;
        Last = sequence;
    }

    // The checksum is of the text before it, so a torn file is worth nothing and the other one counts.
    private long Load(string name)
    {
        byte[]? bytes = _storage.Read(name, RecordBytesMax);
        if (bytes == null)
        {
            return 0;
        }

        JsonObject? record = JsonReader.Parse(bytes, bytes.Length, out _);
        if (record == null)
        {
            return 0;
        }

        long sequence = record.Integer("sequence", 0, JsonReader.IntegerMax);
        long sum = record.Integer("crc", 0, uint.MaxValue);
        byte[] body = new JsonWriter().Add("sequence", sequence).OpenBytes();
        return record.Problem.Length == 0 && sum == Crc32.Compute(body, body.Length) ? sequence : 0;
    }
}
