using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeMesh.Hub.Tests.PowerCuts;

/// <summary>One thing a process asked of its storage, or said.</summary>
internal abstract record StorageCall
{
    public sealed record Create(string Path, int File) : StorageCall;

    public sealed record MakeFolder(string Path) : StorageCall;

    public sealed record Write(int File, long Offset, byte[] Data) : StorageCall;

    public sealed record Truncate(int File, long Length) : StorageCall;

    public sealed record Flush(int File) : StorageCall;

    public sealed record FlushFolder(string Path) : StorageCall;

    public sealed record Rename(string From, string To) : StorageCall;

    public sealed record Remove(string Path) : StorageCall;

    public sealed record Say(Acknowledgement Promise) : StorageCall;
}

/// <summary>The storage calls of a real process in their order, its SQLite's included, as strace saw them.</summary>
internal sealed partial class SystemCalls
{
    private const string Traced =
        "openat,open,creat,close,dup,dup2,dup3,write,pwrite64,writev,pwritev,lseek,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,"
        + "ftruncate,truncate,fallocate,fsync,fdatasync,copy_file_range,sendfile";

    private readonly string _root;
    private readonly Dictionary<int, (int File, string Path, long Position)> _descriptors = [];
    private readonly Dictionary<string, int> _files = [];
    private readonly List<StorageCall> _calls = [];

    private SystemCalls(string root) => _root = root;

    /// <summary>Runs a program under strace and gives what it did below a folder.</summary>
    public static IReadOnlyList<StorageCall> Of(string root, string traceFile, params string[] command)
    {
        ProcessStartInfo start = new("strace", ["-f", "--seccomp-bpf", "-xx", "-s", "1000000", "-e", "trace=" + Traced, "-e", "signal=none", "-o", traceFile, .. command])
        {
            RedirectStandardOutput = true,
        };
        using (Process process = Process.Start(start)!)
        {
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }

        SystemCalls calls = new(root);
        foreach (string line in Joined(File.ReadLines(traceFile)))
        {
            calls.Take(line);
        }

        return calls._calls;
    }

    // Where two threads are in calls at once, strace splits the earlier line; it counts from when it ended.
    private static IEnumerable<string> Joined(IEnumerable<string> lines)
    {
        Dictionary<string, string> begun = [];
        foreach (string line in lines)
        {
            string thread = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            string text = line[thread.Length..].TrimStart();
            const string Unfinished = " <unfinished ...>";
            if (text.EndsWith(Unfinished, StringComparison.Ordinal))
            {
                begun[thread] = text[..^Unfinished.Length];
            }
            else if (Resumed().Match(text) is { Success: true } resumed)
            {
                yield return begun[thread] + text[resumed.Length..];
            }
            else
            {
                yield return text;
            }
        }
    }

    private void Take(string line)
    {
        Match match = Call().Match(line);
        if (!match.Success || long.Parse(match.Groups["result"].Value, CultureInfo.InvariantCulture) is var result && result < 0)
        {
            return;
        }

        string name = match.Groups["name"].Value;
        string[] arguments = match.Groups["arguments"].Value.Split(", ");
        switch (name)
        {
            case "openat": Open(Text(arguments[1]), arguments[2], (int)result); break;
            case "close": _descriptors.Remove((int)Number(arguments[0])); break;
            case "write": Write((int)Number(arguments[0]), Bytes(arguments[1]), null, result); break;
            case "pwrite64": Write((int)Number(arguments[0]), Bytes(arguments[1]), Number(arguments[3]), result); break;
            case "lseek": Seek((int)Number(arguments[0]), result); break;
            case "rename": Rename(Text(arguments[0]), Text(arguments[1])); break;
            case "unlink" or "rmdir": Remove(Text(arguments[0])); break;
            case "mkdir" when Ours(Text(arguments[0])): _calls.Add(new StorageCall.MakeFolder(Text(arguments[0]))); break;
            case "ftruncate" when _descriptors.TryGetValue((int)Number(arguments[0]), out var f): _calls.Add(new StorageCall.Truncate(f.File, Number(arguments[1]))); break;
            case "fsync" or "fdatasync" when _descriptors.TryGetValue((int)Number(arguments[0]), out var f):
                _calls.Add(f.File == 0 ? new StorageCall.FlushFolder(f.Path) : new StorageCall.Flush(f.File));
                break;
            default:
                Assert.False(Concerns(arguments), $"A call on the hub's storage that this test cannot replay: {line}");
                break;
        }
    }

    private bool Ours(string path) => path == _root || path.StartsWith(_root + "/", StringComparison.Ordinal);

    private bool Concerns(string[] arguments) => arguments.Any(a =>
        a.StartsWith('"') ? Ours(Text(a)) : int.TryParse(a, CultureInfo.InvariantCulture, out int d) && a == arguments[0] && _descriptors.ContainsKey(d));

    private void Open(string path, string flags, int descriptor)
    {
        _descriptors.Remove(descriptor);
        if (!Ours(path))
        {
            return;
        }

        if (flags.Contains("O_DIRECTORY", StringComparison.Ordinal))
        {
            _descriptors[descriptor] = (0, path, 0);
            return;
        }

        if (!_files.TryGetValue(path, out int file) && flags.Contains("O_CREAT", StringComparison.Ordinal))
        {
            file = _files[path] = _calls.Count + 1;
            _calls.Add(new StorageCall.Create(path, file));
        }
        else if (flags.Contains("O_TRUNC", StringComparison.Ordinal))
        {
            _calls.Add(new StorageCall.Truncate(file, 0));
        }

        _descriptors[descriptor] = (file, path, 0);
    }

    private void Write(int descriptor, byte[] data, long? offset, long written)
    {
        if (_descriptors.TryGetValue(descriptor, out var f))
        {
            _calls.Add(new StorageCall.Write(f.File, offset ?? f.Position, data[..(int)written]));
            _descriptors[descriptor] = f with { Position = f.Position + (offset is null ? written : 0) };
        }
        else if (data.AsSpan().StartsWith(Encoding.UTF8.GetBytes(Acknowledgement.Mark)))
        {
            _calls.Add(new StorageCall.Say(Acknowledgement.Parse(Encoding.UTF8.GetString(data))));
        }
    }

    private void Seek(int descriptor, long position)
    {
        if (_descriptors.TryGetValue(descriptor, out var f))
        {
            _descriptors[descriptor] = f with { Position = position };
        }
    }

    private void Rename(string from, string to)
    {
        if (Ours(from))
        {
            _files[to] = _files[from];
            _files.Remove(from);
            _calls.Add(new StorageCall.Rename(from, to));
        }
    }

    private void Remove(string path)
    {
        if (Ours(path))
        {
            _files.Remove(path);
            _calls.Add(new StorageCall.Remove(path));
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(string quoted) => Encoding.UTF8.GetString(Bytes(quoted));

    private static byte[] Bytes(string quoted) => Convert.FromHexString(quoted.Trim('"').Replace("\\x", "", StringComparison.Ordinal));

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"^(?<name>\w+)\((?<arguments>.*)\) += (?<result>-?\d+)")]
    private static partial Regex Call();
}
