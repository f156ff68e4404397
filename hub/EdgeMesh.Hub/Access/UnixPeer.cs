using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using EdgeMesh.Hub.Audit;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace EdgeMesh.Hub.Access;

/// <summary>Who is at the other end of a Unix socket, by the kernel's word: nobody can claim to be another.</summary>
internal static class UnixPeer
{
    // Linux: SOL_SOCKET, SO_PEERCRED, and struct ucred { pid, uid, gid } of 32 bits each; see unix(7).
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int CredentialBytes = 12;

    /// <summary>The account that opened the connection, as it was then.</summary>
    public static Caller Of(HttpContext http)
    {
        Socket? socket = http.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is not { AddressFamily: AddressFamily.Unix })
        {
            return new Caller("unknown", "http");
        }

        Span<byte> credentials = stackalloc byte[CredentialBytes];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        int process = Read(credentials);
        uint user = (uint)Read(credentials[4..]);
        return new Caller(NameOf(user), string.Create(CultureInfo.InvariantCulture, $"socket pid {process}"));
    }

    private static int Read(ReadOnlySpan<byte> bytes) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : BinaryPrimitives.ReadInt32BigEndian(bytes);

    /// <summary>The account's name; its number where /etc/passwd does not know it.</summary>
    private static string NameOf(uint user)
    {
        string number = user.ToString(CultureInfo.InvariantCulture);
        string? name = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(f => f.Length > 2 && f[2] == number)?[0];
        return name ?? "uid " + number;
    }
}
