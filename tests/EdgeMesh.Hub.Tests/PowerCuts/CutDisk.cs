using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Hub.Tests.PowerCuts;

/// <summary>What a power cut leaves of a file's unflushed writes, or of a folder's unflushed entries.</summary>
internal enum Left
{
    None,
    All,

    /// <summary>A file: of each write nothing, a part, or all, in any mixture. A folder: its first so many changes.</summary>
    Some,
}

/// <summary>A disk as POSIX promises it, no better: data is kept from fsync of its file on, a name from fsync of its folder on.</summary>
internal sealed class CutDisk
{
    private readonly string _root;
    private readonly Dictionary<int, FileData> _files = [];
    private readonly Dictionary<string, FolderData> _folders = [];

    public CutDisk(string root)
    {
        // The folder the hub is given is there before it.
        _root = root;
        _folders[root] = new FolderData();
    }

    public void Apply(StorageCall call)
    {
        switch (call)
        {
            case StorageCall.Create c:
                _files[c.File] = new FileData();
                FolderOf(c.Path).Pending.Add(names => names[c.Path] = c.File);
                break;
            case StorageCall.MakeFolder m when m.Path != _root:
                _folders[m.Path] = new FolderData();
                FolderOf(m.Path).Pending.Add(names => names[m.Path] = 0);
                break;
            case StorageCall.Write w: _files[w.File].Pending.Add(w); break;
            case StorageCall.Truncate t: _files[t.File].Pending.Add(t); break;
            case StorageCall.Flush f: _files[f.File].Flush(); break;
            case StorageCall.FlushFolder f: _folders[f.Path].Flush(); break;
            case StorageCall.Rename r:
                Assert.Equal(Path.GetDirectoryName(r.From), Path.GetDirectoryName(r.To));
                FolderOf(r.From).Pending.Add(names =>
                {
                    names[r.To] = names[r.From];
                    names.Remove(r.From);
                });
                break;
            case StorageCall.Remove r: FolderOf(r.Path).Pending.Add(names => names.Remove(r.Path)); break;
            default: break;
        }
    }

    /// <summary>Puts into a folder what is there when the power comes back.</summary>
    /// <param name="target">The folder.</param>
    /// <param name="ofData">What is left of unflushed data.</param>
    /// <param name="ofNames">What is left of unflushed names.</param>
    /// <param name="inFlight">The call under way, of which a part is left; null for none of it.</param>
    /// <param name="dice">For what is left in part.</param>
    /// <returns>A hash of what is there: of two that are the same one needs no look.</returns>
    public string CutInto(string target, Left ofData, Left ofNames, StorageCall? inFlight, Random dice)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        CutInto(_root, Directory.CreateDirectory(target).FullName, ofData, ofNames, inFlight, dice, hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void CutInto(string folder, string target, Left ofData, Left ofNames, StorageCall? inFlight, Random dice, IncrementalHash hash)
    {
        foreach ((string path, int file) in _folders[folder].Left(ofNames, dice))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(path + "\0"));
            string copy = Path.Combine(target, Path.GetFileName(path));
            if (file == 0)
            {
                CutInto(path, Directory.CreateDirectory(copy).FullName, ofData, ofNames, inFlight, dice, hash);
            }
            else
            {
                StorageCall? part = inFlight is StorageCall.Write w && w.File == file ? w with { Data = w.Data[..dice.Next(w.Data.Length)] } : null;
                byte[] content = _files[file].Left(ofData, part, dice);
                hash.AppendData(SHA256.HashData(content));
                File.WriteAllBytes(copy, content);
            }
        }
    }

    private FolderData FolderOf(string path) => _folders[Path.GetDirectoryName(path)!];

    private sealed class FolderData
    {
        private Dictionary<string, int> _durable = [];

        public List<Action<Dictionary<string, int>>> Pending { get; } = [];

        public void Flush()
        {
            _durable = Left(PowerCuts.Left.All, Random.Shared);
            Pending.Clear();
        }

        public Dictionary<string, int> Left(Left left, Random dice)
        {
            Dictionary<string, int> names = new(_durable);
            int kept = left switch { PowerCuts.Left.None => 0, PowerCuts.Left.All => Pending.Count, _ => dice.Next(Pending.Count + 1) };
            Pending.Take(kept).ToList().ForEach(change => change(names));
            return names;
        }
    }

    private sealed class FileData
    {
        private byte[] _durable = [];

        public List<StorageCall> Pending { get; } = [];

        public void Flush()
        {
            _durable = Left(PowerCuts.Left.All, null, Random.Shared);
            Pending.Clear();
        }

        public byte[] Left(Left left, StorageCall? inFlight, Random dice)
        {
            using MemoryStream content = new();
            content.Write(_durable);
            foreach (StorageCall call in left == PowerCuts.Left.None ? [] : Pending)
            {
                int portion = left == PowerCuts.Left.All ? 2 : dice.Next(3);
                if (call is StorageCall.Truncate t && portion > 0)
                {
                    content.SetLength(t.Length);
                }
                else if (call is StorageCall.Write w && portion > 0)
                {
                    Put(content, w, portion == 2 ? w.Data.Length : dice.Next(w.Data.Length));
                }
            }

            if (inFlight is StorageCall.Write part)
            {
                Put(content, part, part.Data.Length);
            }

            return content.ToArray();
        }

        private static void Put(MemoryStream content, StorageCall.Write write, int bytes)
        {
            content.Position = write.Offset;
            content.Write(write.Data, 0, bytes);
        }
    }
}
