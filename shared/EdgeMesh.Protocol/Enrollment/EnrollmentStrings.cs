using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Enrollment;

/// <summary>What both sides write alike.</summary>
internal static class EnrollmentStrings
{
    /// <summary>Begins a message: which one, of which try.</summary>
    internal static JsonWriter Message(string name, byte[] sid) => new JsonWriter().Add("m", name).Add("sid", Hex.Encode(sid));

    /// <summary>CPace's channel identifier.</summary>
    internal static byte[] Channel(string token) => Encoding.UTF8.GetBytes(Topic.Root + "/" + Topic.EnrollSite + "/" + token);

    /// <summary>What the hub binds the key to (CPace's ADb): its nonce, who it is, who the device will be, and the SHA-256 of the authority to trust.</summary>
    internal static byte[] HubFields(string nonce, string site, string device, string caSha256) =>
        Encoding.UTF8.GetBytes(nonce + "\n" + site + "\n" + device + "\n" + caSha256);
}
