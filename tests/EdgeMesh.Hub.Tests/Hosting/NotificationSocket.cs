using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace EdgeMesh.Hub.Tests.Hosting;

/// <summary>systemd's end of sd_notify: a datagram socket, at a path or in the abstract namespace, and what it was told.</summary>
internal sealed class NotificationSocket : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly string? _file;

    public NotificationSocket(bool isAbstract)
    {
        string name = Path.Combine(Path.GetTempPath(), $"edgemesh-notify-{Guid.NewGuid():N}");
        Address = isAbstract ? "@" + name : name;
        _file = isAbstract ? null : name;
        _socket.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name : name));
    }

    /// <summary>As <c>NOTIFY_SOCKET</c> has it.</summary>
    public string Address { get; }

    /// <summary>Whether something was told that was not read yet.</summary>
    public bool HasMore => _socket.Available > 0;

    /// <summary>The next that is told.</summary>
    public async Task<string> NextAsync()
    {
        byte[] buffer = new byte[4096];
        int length = await _socket.ReceiveAsync(buffer, SocketFlags.None).WaitAsync(Limit);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>Reads on until something begins so, and gives it all.</summary>
    public async Task<List<string>> UntilAsync(string beginning)
    {
        List<string> told = [];
        do
        {
            told.Add(await NextAsync());
        }
        while (!told[^1].StartsWith(beginning, StringComparison.Ordinal));
        return told;
    }

    public void Dispose()
    {
        _socket.Dispose();
        if (_file is not null)
        {
            File.Delete(_file);
        }
    }
}
