using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Hub.Broker.Accounts;
using EdgeMesh.Hub.Storage;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Broker.Embedded;

/// <summary>The file of the dynamic-security plugin: the hub makes the first one, from then on the plugin keeps it.</summary>
internal static class DynamicSecurityFile
{
    // What Mosquitto 2.0.11 stores and demands: PBKDF2 with SHA-512, 64 bytes, a salt of exactly 12. Its own count of rounds is enough for a
    // password of 256 random bits.
    private const int HashBytes = 64;
    private const int SaltBytes = 12;
    private const int Iterations = 101;

    /// <summary>
    /// Makes sure of a file that lets the hub in. One that is damaged or has another hub password is put aside as <c>.damaged</c> and made
    /// anew; the accounts in it come back when their owners ensure them at the next connect.
    /// </summary>
    public static void Ensure(BrokerFolder folder, ILogger log)
    {
        folder.Create();
        string file = folder.DynamicSecurity;
        string secret = folder.HubSecret();
        if (File.Exists(file))
        {
            if (LetsIn(secret, file))
            {
                // An older copy of the plugin, or a person, may have left it open to others.
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                return;
            }

            File.Move(file, file + ".damaged", overwrite: true);
            log.LogError("{File} is damaged or does not let the hub in: it was put aside as {Damaged} and the accounts are made anew.", file, file + ".damaged");
        }

        PrivateFile.Write(file, New(secret).ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static JsonObject New(string secret)
    {
        BrokerAccount hub = BrokerAccount.Hub(secret);
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        JsonArray commands = new([.. hub.Creation()]);
        JsonObject role = (JsonObject)commands[0]!.DeepClone();
        JsonObject client = (JsonObject)commands[1]!.DeepClone();
        role.Remove("command");
        client.Remove("command");
        client["password"] = Convert.ToBase64String(Hash(secret, salt, Iterations));
        client["salt"] = Convert.ToBase64String(salt);
        client["iterations"] = Iterations;
        return new JsonObject
        {
            ["defaultACLAccess"] = new JsonObject
            {
                ["publishClientSend"] = false, ["publishClientReceive"] = true, ["subscribe"] = false, ["unsubscribe"] = true,
            },
            ["clients"] = new JsonArray(client),
            ["groups"] = new JsonArray(),
            ["roles"] = new JsonArray(role),
        };
    }

    private static bool LetsIn(string secret, string file)
    {
        try
        {
            JsonNode? root = JsonNode.Parse(File.ReadAllText(file));
            JsonNode? client = ((JsonArray)root!["clients"]!).FirstOrDefault(c => (string?)c!["username"] == BrokerEndpoint.HubUser);
            JsonNode? role = ((JsonArray)root["roles"]!).FirstOrDefault(r => (string?)r!["rolename"] == BrokerEndpoint.HubUser);
            return client is not null && role is not null
                && (string?)client["textdescription"] == BrokerAccount.Hub(secret).Fingerprint
                && CryptographicOperations.FixedTimeEquals(
                    Convert.FromBase64String((string)client["password"]!),
                    Hash(secret, Convert.FromBase64String((string)client["salt"]!), (int)client["iterations"]!));
        }
        catch (Exception e) when (e is JsonException or InvalidCastException or InvalidOperationException or NullReferenceException
            or FormatException or ArgumentException)
        {
            // Any shape but the plugin's own: damaged.
            return false;
        }
    }

    private static byte[] Hash(string secret, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(secret), salt, iterations, HashAlgorithmName.SHA512, HashBytes);
}
