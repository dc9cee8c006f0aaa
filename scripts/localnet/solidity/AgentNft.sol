// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// One piece of an agent's private data: what it is, and the hash under which it is stored.
struct IntelligentData {
    string dataDescription;
    bytes32 dataHash;
}

/// The receiver's side of a transfer: it got the data behind this hash.
struct AccessProof {
    bytes32 dataHash;
    bytes targetPubkey;
    bytes nonce;
    bytes proof;
}

/// The sender's side: the data's key, sealed for the receiver.
struct OwnershipProof {
    uint8 oracleType;
    bytes32 dataHash;
    bytes sealedKey;
    bytes targetPubkey;
    bytes nonce;
    bytes proof;
}

struct TransferValidityProof {
    AccessProof accessProof;
    OwnershipProof ownershipProof;
}

interface IERC721Receiver {
    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4);
}

/// An ERC-7857 token with the interface, events and errors of 0G's own AgentNFT 1.0.0, of which no
/// bytecode is published. Two things differ: no enclave vouches for the proofs of a transfer, so
/// only their hashes are compared, and one administrator stands for all roles.
contract AgentNft {
    string public constant VERSION = "1.0.0";
    uint256 public constant MAX_AUTHORIZED_USERS = 100;

    bytes4 private constant ERC165_ID = 0x01ffc9a7;
    bytes4 private constant ERC721_ID = 0x80ac58cd;
    bytes4 private constant ERC721_METADATA_ID = 0x5b5e139f;
    bytes4 private constant ERC7857_ID = 0x5762046c;

    string public name;
    string public symbol;
    string public storageInfo;
    address public immutable admin;
    address public immutable verifier;
    bool public paused;

    mapping(address owner => uint256) private balances;
    mapping(uint256 tokenId => address) private owners;
    mapping(uint256 tokenId => address) private approvals;
    mapping(address owner => mapping(address operator => bool)) public isApprovedForAll;
    mapping(uint256 tokenId => address) public creatorOf;
    mapping(uint256 tokenId => IntelligentData[]) private datas;
    mapping(uint256 tokenId => address[]) private authorizedUsers;
    mapping(uint256 tokenId => string) private customUris;
    mapping(address user => address) public getDelegateAccess;
    uint256 private nextTokenId;

    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);
    event Updated(
        uint256 indexed _tokenId,
        IntelligentData[] _oldDatas,
        IntelligentData[] _newDatas
    );
    event Authorization(address indexed _from, address indexed _to, uint256 indexed _tokenId);
    event AuthorizationRevoked(
        address indexed _from,
        address indexed _to,
        uint256 indexed _tokenId
    );
    event AuthorizedUsersCleared(address indexed owner, uint256 indexed tokenId);
    event PublishedSealedKey(address indexed _to, uint256 indexed _tokenId, bytes[] _sealedKeys);
    event DelegateAccess(address indexed _user, address indexed _assistant);
    event TokenURIUpdated(uint256 indexed tokenId, string newURI);
    event Paused(address account);
    event Unpaused(address account);

    error AccessControlUnauthorizedAccount(address account, bytes32 neededRole);
    error ERC721IncorrectOwner(address sender, uint256 tokenId, address owner);
    error ERC721InsufficientApproval(address operator, uint256 tokenId);
    error ERC721InvalidOwner(address owner);
    error ERC721InvalidReceiver(address receiver);
    error ERC721NonexistentToken(uint256 tokenId);
    error ERC7857AlreadyAuthorized();
    error ERC7857DataHashMismatch();
    error ERC7857InvalidAuthorizedUser(address user);
    error ERC7857NotAuthorized();
    error ERC7857ProofCountMismatch();
    error ERC7857TooManyAuthorizedUsers();
    error EnforcedPause();
    error ExpectedPause();

    constructor(
        string memory name_,
        string memory symbol_,
        string memory storageInfo_,
        address verifier_
    ) {
        name = name_;
        symbol = symbol_;
        storageInfo = storageInfo_;
        admin = msg.sender;
        verifier = verifier_;
    }

    modifier onlyAdmin() {
        if (msg.sender != admin) revert AccessControlUnauthorizedAccount(msg.sender, bytes32(0));
        _;
    }

    modifier onlyOwnerOf(uint256 tokenId) {
        address owner = ownerOf(tokenId);
        if (msg.sender != owner) revert ERC721IncorrectOwner(msg.sender, tokenId, owner);
        _;
    }

    modifier whenNotPaused() {
        if (paused) revert EnforcedPause();
        _;
    }

    // ---- reads

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == ERC165_ID || id == ERC721_ID || id == ERC721_METADATA_ID || id == ERC7857_ID;
    }

    function ownerOf(uint256 tokenId) public view returns (address) {
        address owner = owners[tokenId];
        if (owner == address(0)) revert ERC721NonexistentToken(tokenId);
        return owner;
    }

    function balanceOf(address owner) external view returns (uint256) {
        if (owner == address(0)) revert ERC721InvalidOwner(owner);
        return balances[owner];
    }

    function getApproved(uint256 tokenId) external view returns (address) {
        ownerOf(tokenId);
        return approvals[tokenId];
    }

    function intelligentDatasOf(uint256 tokenId) external view returns (IntelligentData[] memory) {
        ownerOf(tokenId);
        return datas[tokenId];
    }

    function authorizedUsersOf(uint256 tokenId) external view returns (address[] memory) {
        ownerOf(tokenId);
        return authorizedUsers[tokenId];
    }

    /// The URI that was set; without one, as in 0G's contract, the first description as it is.
    function tokenURI(uint256 tokenId) external view returns (string memory) {
        ownerOf(tokenId);
        if (bytes(customUris[tokenId]).length > 0) return customUris[tokenId];
        return datas[tokenId].length > 0 ? datas[tokenId][0].dataDescription : "";
    }

    function getMintFee() external pure returns (uint256) {
        return 0;
    }

    // ---- minting and data

    function mint(IntelligentData[] calldata newDatas, address to)
        external
        payable
        whenNotPaused
        returns (uint256 tokenId)
    {
        tokenId = create(to);
        replaceDatas(tokenId, newDatas);
    }

    function mint(address to, string calldata uri)
        external
        payable
        whenNotPaused
        returns (uint256 tokenId)
    {
        tokenId = create(to);
        customUris[tokenId] = uri;
        emit TokenURIUpdated(tokenId, uri);
    }

    function mint(address to) external payable whenNotPaused returns (uint256) {
        return create(to);
    }

    function update(uint256 tokenId, IntelligentData[] calldata newDatas)
        external
        whenNotPaused
        onlyOwnerOf(tokenId)
    {
        replaceDatas(tokenId, newDatas);
    }

    function setTokenURI(uint256 tokenId, string calldata uri) external onlyAdmin {
        ownerOf(tokenId);
        customUris[tokenId] = uri;
        emit TokenURIUpdated(tokenId, uri);
    }

    // ---- authorised users

    function authorizeUsage(uint256 tokenId, address user)
        public
        whenNotPaused
        onlyOwnerOf(tokenId)
    {
        if (user == address(0)) revert ERC7857InvalidAuthorizedUser(user);
        address[] storage users = authorizedUsers[tokenId];
        if (users.length >= MAX_AUTHORIZED_USERS) revert ERC7857TooManyAuthorizedUsers();
        for (uint256 i = 0; i < users.length; i++) {
            if (users[i] == user) revert ERC7857AlreadyAuthorized();
        }
        users.push(user);
        emit Authorization(msg.sender, user, tokenId);
    }

    function batchAuthorizeUsage(uint256 tokenId, address[] calldata users) external {
        for (uint256 i = 0; i < users.length; i++) authorizeUsage(tokenId, users[i]);
    }

    function revokeAuthorization(uint256 tokenId, address user)
        external
        whenNotPaused
        onlyOwnerOf(tokenId)
    {
        address[] storage users = authorizedUsers[tokenId];
        for (uint256 i = 0; i < users.length; i++) {
            if (users[i] != user) continue;
            users[i] = users[users.length - 1];
            users.pop();
            emit AuthorizationRevoked(msg.sender, user, tokenId);
            return;
        }
        revert ERC7857NotAuthorized();
    }

    function clearAuthorizedUsers(uint256 tokenId) external whenNotPaused onlyOwnerOf(tokenId) {
        delete authorizedUsers[tokenId];
        emit AuthorizedUsersCleared(msg.sender, tokenId);
    }

    function delegateAccess(address assistant) external {
        getDelegateAccess[msg.sender] = assistant;
        emit DelegateAccess(msg.sender, assistant);
    }

    // ---- approvals and transfers

    function approve(address to, uint256 tokenId) external {
        address owner = ownerOf(tokenId);
        if (msg.sender != owner && !isApprovedForAll[owner][msg.sender]) {
            revert ERC721InsufficientApproval(msg.sender, tokenId);
        }
        approvals[tokenId] = to;
        emit Approval(owner, to, tokenId);
    }

    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    /// Needs no proof and hands over no key: whoever gets the token so cannot read its data.
    function transferFrom(address from, address to, uint256 tokenId) public whenNotPaused {
        move(from, to, tokenId);
    }

    function safeTransferFrom(address from, address to, uint256 tokenId) external {
        safeTransferFrom(from, to, tokenId, "");
    }

    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data) public {
        transferFrom(from, to, tokenId);
        if (to.code.length == 0) return;
        bytes4 answer = IERC721Receiver(to).onERC721Received(msg.sender, from, tokenId, data);
        if (answer != IERC721Receiver.onERC721Received.selector) revert ERC721InvalidReceiver(to);
    }

    /// A transfer with the data's keys, one proof for each piece of data.
    function iTransferFrom(
        address from,
        address to,
        uint256 tokenId,
        TransferValidityProof[] calldata proofs
    ) external whenNotPaused {
        IntelligentData[] storage current = datas[tokenId];
        if (proofs.length != current.length) revert ERC7857ProofCountMismatch();
        bytes[] memory sealedKeys = new bytes[](proofs.length);
        for (uint256 i = 0; i < proofs.length; i++) {
            bytes32 dataHash = current[i].dataHash;
            if (proofs[i].accessProof.dataHash != dataHash) revert ERC7857DataHashMismatch();
            if (proofs[i].ownershipProof.dataHash != dataHash) revert ERC7857DataHashMismatch();
            sealedKeys[i] = proofs[i].ownershipProof.sealedKey;
        }
        move(from, to, tokenId);
        emit PublishedSealedKey(to, tokenId, sealedKeys);
    }

    // ---- administration

    function pause() external onlyAdmin whenNotPaused {
        paused = true;
        emit Paused(msg.sender);
    }

    function unpause() external onlyAdmin {
        if (!paused) revert ExpectedPause();
        paused = false;
        emit Unpaused(msg.sender);
    }

    // ---- what the above share

    function create(address to) private returns (uint256 tokenId) {
        if (to == address(0)) revert ERC721InvalidReceiver(to);
        tokenId = nextTokenId++;
        owners[tokenId] = to;
        balances[to]++;
        creatorOf[tokenId] = msg.sender;
        emit Transfer(address(0), to, tokenId);
    }

    function replaceDatas(uint256 tokenId, IntelligentData[] calldata newDatas) private {
        IntelligentData[] memory oldDatas = datas[tokenId];
        delete datas[tokenId];
        for (uint256 i = 0; i < newDatas.length; i++) datas[tokenId].push(newDatas[i]);
        emit Updated(tokenId, oldDatas, newDatas);
    }

    /// Ends approvals and, without an event, the authorisations that the old owner gave.
    function move(address from, address to, uint256 tokenId) private {
        address owner = ownerOf(tokenId);
        if (owner != from) revert ERC721IncorrectOwner(from, tokenId, owner);
        if (to == address(0)) revert ERC721InvalidReceiver(to);
        bool mayMove = msg.sender == owner ||
            msg.sender == approvals[tokenId] ||
            isApprovedForAll[owner][msg.sender];
        if (!mayMove) {
            revert ERC721InsufficientApproval(msg.sender, tokenId);
        }
        delete approvals[tokenId];
        delete authorizedUsers[tokenId];
        balances[from]--;
        balances[to]++;
        owners[tokenId] = to;
        emit Transfer(from, to, tokenId);
    }
}
