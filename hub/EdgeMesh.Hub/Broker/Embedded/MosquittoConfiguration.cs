using System;

namespace EdgeMesh.Hub.Broker.Embedded;

/// <summary>The configuration of the embedded Mosquitto.</summary>
internal static class MosquittoConfiguration
{
    // Above the largest thing the hub sends, a message of account commands, and far above any of a device's.
    private const int PacketBytesMax = 131_072;

    // 500 devices' retained messages reach the hub at once when it subscribes; Mosquitto's own limit of 1,000 would drop some.
    private const int QueuedMessagesMax = 10_000;
    private const int QueuedBytesMax = 64 * 1024 * 1024;

    // What is retained and not yet saved is lost with the power; it is written again by its owner, so the SD card is spared.
    private const int AutosaveSeconds = 900;

    /// <summary>The file's text.</summary>
    /// <param name="folder">The broker's folder.</param>
    /// <param name="options">Port and addresses.</param>
    /// <param name="plugin">Path of the dynamic-security plugin.</param>
    /// <param name="certificates">What the TLS listener shows and trusts; null for no TLS listener.</param>
    /// <remarks>
    /// <c>user</c> is the hub's own account: as root Mosquitto would drop to one that cannot read this folder, and changing the user
    /// also takes away the signal that ends it with the hub. As anyone else Mosquitto ignores the line. No websockets: 2.0.11 ignores
    /// their bind address.
    /// </remarks>
    public static string Text(BrokerFolder folder, BrokerOptions options, string plugin, BrokerCertificates? certificates) =>
        $"""
        # Written by edgemesh at every start: changes here are lost.
        user {Environment.UserName}
        per_listener_settings false
        allow_anonymous false
        listener {options.Port}{(options.AllowPlain ? "" : " 127.0.0.1")}
        set_tcp_nodelay true
        plugin {plugin}
        plugin_opt_config_file {folder.DynamicSecurity}
        persistence true
        persistence_location {folder.Path}/
        autosave_interval {AutosaveSeconds}
        max_packet_size {PacketBytesMax}
        max_queued_messages {QueuedMessagesMax}
        max_queued_bytes {QueuedBytesMax}
        log_dest stderr
        log_timestamp false
        log_type error
        log_type warning
        log_type notice
        log_type information
        {Tls(options, certificates)}
        """;

    // Last, since Mosquitto takes these lines for the listener above them. Never use_identity_as_username: it lets a certificate stand for
    // user, password and client id, and so a disabled account back in. tls_version is the least.
    private static string Tls(BrokerOptions options, BrokerCertificates? certificates) => certificates is null ? "" :
        $"""
        listener {options.TlsPort}
        certfile {certificates.Certificate}
        keyfile {certificates.Certificate}
        tls_version tlsv1.2
        {(options.MutualTls ? $"require_certificate true\nuse_identity_as_username false\ncafile {certificates.Authorities}\ncrlfile {certificates.RevocationList}" : "")}

        """;
}
